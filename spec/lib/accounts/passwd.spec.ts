import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { isPassword, readAccounts } from '../../../lib/accounts/account-file.js';
import { askPassword, setPassword } from '../../../lib/accounts/passwd.js';
import { temporaryFolder, writeAccounts } from '../../support/cheap-accounts.js';

describe('setPassword', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'accounts');
  });
  afterEach(() => folder.remove());

  const fits = async (handle: string, password: string) => {
    const account = (await readAccounts(file)).get(handle);
    return account !== undefined && isPassword(password, account);
  };

  it('makes a file that is its owner\u2019s alone', async () => {
    expect(await setPassword(file, 'ann', 'correct horse')).toBe('added');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await fits('ann', 'correct horse')).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });

  it('changes one line, and keeps every other byte and who may read it', async () => {
    await writeAccounts(file, { ann: 'old password', bob: 'battery staple' });
    const [ann, bob] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `# ours\r\n  ${ann}\n\n${bob}`);
    chmodSync(file, 0o640);
    expect(await setPassword(file, 'ANN', 'new password')).toBe('changed');
    const lines = readFileSync(file, 'utf8').split('\n');
    expect([lines[0], lines[2], lines[3]]).toEqual(['# ours\r', '', bob]);
    expect(lines[1]).toMatch(/^ann:scrypt:/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(await fits('ann', 'old password')).toBe(false);
    expect(await fits('ann', 'new password')).toBe(true);
    expect(await fits('bob', 'battery staple')).toBe(true);
  });

  it('adds behind a last line that has no newline', async () => {
    await writeAccounts(file, { ann: 'old password' });
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    await setPassword(file, 'bob', 'battery staple');
    expect((await readAccounts(file)).size).toBe(2);
  });

  it('leaves a file alone that has a line it does not know, and one that it cannot write', async () => {
    writeFileSync(file, 'what is this\n');
    await expectAsync(setPassword(file, 'ann', 'correct horse')).toBeRejectedWith(
      jasmine.objectContaining({ fault: 'file' }),
    );
    expect(readFileSync(file, 'utf8')).toBe('what is this\n');
    const nowhere = join(folder.path, 'no such folder', 'accounts');
    await expectAsync(setPassword(nowhere, 'ann', 'correct horse')).toBeRejectedWith(
      jasmine.objectContaining({ fault: 'system' }),
    );
    await expectAsync(setPassword(folder.path, 'ann', 'correct horse')).toBeRejectedWith(
      jasmine.objectContaining({ fault: 'system' }),
    );
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });
});

describe('askPassword, of input that is no terminal', () => {
  const ask = (text: string, aborted = false) => {
    const input = new PassThrough();
    input.end(text);
    const stop = new AbortController();
    if (aborted) stop.abort();
    return askPassword(input as unknown as NodeJS.ReadStream, fail, stop.signal);
  };

  it('takes the first line', async () => {
    expect(await ask('correct horse\nbattery staple\n')).toBe('correct horse');
    expect(await ask('no newline')).toBe('no newline');
  });

  it('counts characters, not bytes', async () => {
    expect(await ask(`${'\u{1f600}'.repeat(8)}\n`)).toBe('\u{1f600}'.repeat(8));
    for (const bad of ['\u{1f600}'.repeat(7), 'x'.repeat(129)])
      await expectAsync(ask(`${bad}\n`)).toBeRejectedWithError('a password has 8 to 128 characters');
  });

  it('says when none came', async () => {
    await expectAsync(ask('')).toBeRejectedWithError('no password came');
  });

  it('gives up at a signal', async () => {
    expect(await ask('', true)).toBeNull();
  });
});
