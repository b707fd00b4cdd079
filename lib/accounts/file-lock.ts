import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process waits for a lock, and how often it looks. */
const [WAIT_MS, LOOK_EACH_MS] = [10_000, 20];

/**
 * The age at which a lock counts as abandoned if it is empty or of another machine. No locked operation takes
 * that long.
 */
const STALE_MS = 60_000;

/** Thrown when a lock isn't released in time. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/**
 * Runs `act` while holding a lock, which is the file `path` with `.lock` appended. Works between processes
 * that use the same lock. The lock of a process that has ended is removed.
 *
 * @param waitMs How long to wait for it.
 * @throws {@link LockedError} when the lock isn't free in that time; the file system's error if the lock
 *   can't be created; and any error of `act`.
 */
export async function withFileLock<T>(path: string, act: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const lock = `${path}.lock`;
  const token = `${process.pid} ${hostname()} ${randomUUID()}`;
  const until = performance.now() + waitMs;
  while (!(await take(lock, token))) {
    if (await breakIfStale(lock)) continue;
    if (performance.now() >= until)
      throw new LockedError(`${lock} is held by process ${(await holder(lock))?.split(' ')[0] || 'unknown'}`);
    await sleep(LOOK_EACH_MS);
  }
  try {
    return await act();
  } finally {
    if ((await holder(lock)) === token) await rm(lock, { force: true });
  }
}

async function take(lock: string, token: string): Promise<boolean> {
  try {
    await writeFile(lock, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

const holder = (lock: string): Promise<string | null> => readFile(lock, 'utf8').catch(() => null);

/**
 * Removes an abandoned lock. If two processes find the same one, only one may remove it: the other would
 * remove the lock that the first has taken meanwhile. The process that creates a file named after this very
 * lock may.
 */
async function breakIfStale(lock: string): Promise<boolean> {
  const token = await holder(lock);
  if (token === null || !(await isStale(lock, token))) return false;
  const right = `${lock}.${token.split(' ')[2] ?? 'empty'}`;
  try {
    await (await open(right, 'wx', 0o600)).close();
  } catch {
    return false;
  }
  const isSame = (await holder(lock)) === token;
  if (isSame) await rm(lock, { force: true });
  await rm(right, { force: true });
  return isSame;
}

async function isStale(lock: string, token: string): Promise<boolean> {
  const [pid, host] = token.split(' ');
  if (host === hostname() && Number(pid) > 0) return !isAlive(Number(pid));
  const made = await stat(lock).catch(() => null);
  return made !== null && Date.now() - made.mtimeMs > STALE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
