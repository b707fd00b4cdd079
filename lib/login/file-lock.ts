import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process waits for a lock, and how often it looks. */
const [WAIT_MS, LOOK_EACH_MS] = [10_000, 20];

/** A lock that another machine holds, or that has nothing in it yet, is given up after so long: nothing that is locked takes that long. */
const STALE_MS = 60_000;

/** A lock that nobody gave back in time. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/**
 * Does something while no other process does, as long as all ask for the same lock: the file `path` with `.lock` behind its
 * name, which is there meanwhile. A lock whose process is gone is broken.
 *
 * @param waitMs How long to wait for it.
 * @throws {@link LockedError} when others held it all that time; what the file system says, if no lock can be
 *   made there; and whatever `act` throws.
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
 * Removes a lock that nobody holds any more. Two who found the same one out must not both remove it, since the second would
 * remove the lock that the first has taken by then: whoever makes a file by the name of that very lock may.
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
