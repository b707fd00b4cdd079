import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LockedError, withFileLock } from '../../../lib/accounts/file-lock.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

describe('withFileLock', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let lock: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'accounts');
    lock = `${path}.lock`;
  });
  afterEach(() => folder.remove());

  /** Does several things under the lock that take some turns each; the most of them that were done at once. */
  const mostAtOnce = async (things: number): Promise<number> => {
    let [now, most] = [0, 0];
    const thing = async () => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    await Promise.all(Array.from({ length: things }, () => withFileLock(path, thing)));
    return most;
  };

  it('runs one action at a time, and removes the lock file', async () => {
    expect(await mostAtOnce(6)).toBe(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it("holds the lock meanwhile, and returns the action's result", async () => {
    expect(await withFileLock(path, async () => existsSync(lock))).toBe(true);
  });

  it('releases the lock when the action fails', async () => {
    const failing = withFileLock(path, () => Promise.reject(new Error('no room')));
    await expectAsync(failing).toBeRejectedWithError('no room');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('breaks the lock of a dead process once, for any number of waiting processes', async () => {
    writeFileSync(lock, `${2 ** 30} ${hostname()} left-behind`);
    expect(await mostAtOnce(6)).toBe(1);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('breaks an old lock that is empty or of another machine', async () => {
    for (const left of ['', `${process.pid} another-machine left-behind`]) {
      writeFileSync(lock, left);
      utimesSync(lock, new Date(0), new Date(0));
      expect(await mostAtOnce(3)).toBe(1);
      expect(readdirSync(folder.path)).toEqual([]);
    }
  });

  it("doesn't break a lock that may be held, and finally names its holder", async () => {
    for (const [held, by] of [
      [`${process.pid} ${hostname()} held`, `${process.pid}`],
      ['1 another-machine held', '1'],
      ['', 'unknown'],
    ] as const) {
      writeFileSync(lock, held);
      const waiting = withFileLock(path, async () => 'done', 0);
      await expectAsync(waiting).toBeRejectedWithError(LockedError, `${lock} is held by process ${by}`);
      expect(readFileSync(lock, 'utf8')).toBe(held);
    }
  });

  it("fails with the file system's error where no lock can be created", async () => {
    await expectAsync(withFileLock(join(path, 'x'), async () => 'done')).toBeRejectedWithError(/ENOENT/);
  });
});
