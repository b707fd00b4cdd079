import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf } from '../../../lib/accounts/account-file.js';
import { accountReader } from '../../../lib/accounts/account-reader.js';
import { newAccount } from '../../../lib/accounts/password-hash.js';
import { CHEAP, temporaryFolder } from '../../support/cheap-accounts.js';

describe('accountReader', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'accounts');
  });
  afterEach(() => folder.remove());

  const accountLine = async (handle: string) =>
    `${lineOf(await newAccount(handle, 'correct horse', CHEAP))}\n`;

  /** Writes a file as if it had been there for a minute. */
  const writeLongAgo = (text: string) => {
    writeFileSync(file, text);
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(file, longAgo, longAgo);
  };

  it('parses an unchanged file once', async () => {
    writeLongAgo(await accountLine('ann'));
    const read = accountReader(file);
    const accounts = await read();
    expect([...accounts.keys()]).toEqual(['ann']);
    expect(await read()).toBe(accounts);
  });

  it('shares one read between concurrent calls', async () => {
    // Not a young file, which is read again: the second call may come after the first read.
    writeLongAgo(await accountLine('ann'));
    const read = accountReader(file);
    const [one, other] = await Promise.all([read(), read()]);
    expect(other).toBe(one as NonNullable<typeof one>);
  });

  it('reads a changed file, even with the same length and date', async () => {
    writeLongAgo(await accountLine('ann'));
    const read = accountReader(file);
    expect([...(await read()).keys()]).toEqual(['ann']);
    const { atime, mtime } = statSync(file);

    writeFileSync(file, await accountLine('bob'));
    expect([...(await read()).keys()]).toEqual(['bob']);

    const draft = `${file}.new`;
    writeFileSync(draft, await accountLine('eve'));
    utimesSync(draft, atime, mtime);
    renameSync(draft, file);
    expect([...(await read()).keys()]).toEqual(['eve']);
  });

  it('reads a recently changed file again, since a second change could go unnoticed', async () => {
    writeFileSync(file, await accountLine('ann'));
    const read = accountReader(file);
    expect(await read()).not.toBe(await read());
  });

  it('reads a long file in many turns of the event loop', async () => {
    const line = (await accountLine('ann')).slice('ann'.length);
    writeLongAgo(Array.from({ length: 4000 }, (_, index) => `user${index}${line}`).join(''));
    const normalize = spyOn(String.prototype, 'normalize').and.callThrough();
    let most = 0;
    let counted = 0;
    const countTurn = () => {
      const count = normalize.calls.count();
      most = Math.max(most, count - counted);
      counted = count;
    };
    let turn = setImmediate(function again() {
      countTurn();
      turn = setImmediate(again);
    });

    expect((await accountReader(file)()).size).toBe(4000);

    clearImmediate(turn);
    countTurn();
    expect(counted).toBeGreaterThanOrEqual(4000);
    expect(most).toBeLessThan(counted / 2);
  });

  it("rejects the whole file if a line isn't an account, without quoting its content", async () => {
    const read = accountReader(file);
    writeLongAgo('ann:my secret\n');
    for (const _ of [1, 2]) {
      await expectAsync(read()).toBeRejectedWithError(
        `${file} line 1 is not an account; create accounts with impulse passwd`,
      );
    }
    writeLongAgo('#'.repeat(1024 ** 2 + 1));
    await expectAsync(read()).toBeRejectedWithError(`${file} is too long: 1048577 bytes, allowed is 1048576`);
  });

  it('rejects when the file is missing, and reads it when it is back', async () => {
    const read = accountReader(file);
    await expectAsync(read()).toBeRejectedWithError(/ENOENT/);
    writeLongAgo(await accountLine('ann'));
    expect((await read()).size).toBe(1);
    folder.remove();
    await expectAsync(read()).toBeRejectedWithError(/ENOENT/);
  });
});
