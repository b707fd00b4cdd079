import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { MAX_FILE_BYTES } from '../../../lib/accounts/account-file.js';
import { accountReader } from '../../../lib/accounts/account-reader.js';
import { addKey, askPassword, setPassword } from '../../../lib/accounts/passwd.js';
import { isPassword } from '../../../lib/accounts/password-hash.js';
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
    const account = (await accountReader(file)()).get(handle);
    return account !== undefined && isPassword(password, account);
  };

  /** Writes a file of accounts, and returns it. */
  const written = async (passwords: Record<string, string>) => {
    await writeAccounts(file, passwords);
    return readFileSync(file, 'utf8');
  };

  it('creates a file that only its owner may read', async () => {
    expect(await setPassword(file, 'ann', 'correct horse')).toBe('added');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await fits('ann', 'correct horse')).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });

  it('changes one line, and keeps every other byte and the permissions', async () => {
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

  it('adds a line after a last line without a newline', async () => {
    await writeAccounts(file, { ann: 'old password' });
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
    await setPassword(file, 'bob', 'battery staple');
    expect((await accountReader(file)()).size).toBe(2);
  });

  it('changes an account whose handle is spelled differently', async () => {
    const line = (await written({ ann: 'old password' })).trim();
    writeFileSync(file, `# was\r${line}\n${line.replace('scrypt:2:', 'scrypt:02:')}\r\n`);
    expect(await setPassword(file, 'ann', 'new password')).toBe('changed');
    expect(await fits('ann', 'new password')).toBe(true);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`# was\r${line}\n`);
    expect(text).toMatch(/\r\n$/);
    expect(text.split('\n').length).toBe(3);
  });

  it('keeps bytes that are not UTF-8', async () => {
    // A character a byte.
    const before = `#\xe9\n${await written({ ann: 'old password' })}`;
    writeFileSync(file, before, 'latin1');
    await setPassword(file, 'Zo\u00eb', 'new password');
    expect(readFileSync(file, 'latin1').startsWith(before)).toBe(true);
    await setPassword(file, 'ann', 'new password');
    expect(readFileSync(file, 'latin1').startsWith('#\xe9\nann:')).toBe(true);
    expect(await fits('zo\u00eb', 'new password')).toBe(true);
  });

  it("keeps the owner of the file, so that a board that isn't root's can still read it", async () => {
    if (process.getuid?.() !== 0) pending('only root can give a file away');
    await writeAccounts(file, { ann: 'old password' });
    chownSync(file, 1234, 1235);
    await setPassword(file, 'ann', 'new password');
    const { uid, gid } = statSync(file);
    expect([uid, gid]).toEqual([1234, 1235]);
  });

  it('changes the target of a symbolic link, and keeps the link', async () => {
    await writeAccounts(file, { ann: 'old password' });
    const link = join(folder.path, 'link');
    symlinkSync(file, link);
    await setPassword(link, 'ann', 'new password');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await fits('ann', 'new password')).toBe(true);
  });

  it('never makes a file too long for the board to read', async () => {
    const full = `#${'x'.repeat(MAX_FILE_BYTES - 20)}\n`;
    writeFileSync(file, full);
    await expectAsync(setPassword(file, 'ann', 'correct horse')).toBeRejectedWith(
      jasmine.objectContaining({ fault: 'file' }),
    );
    expect(readFileSync(file, 'utf8') === full).toBe(true);
  });

  it('loses no account when several are added at once, and never exposes a partial file', async () => {
    await writeAccounts(file, { ann: 'correct horse' });
    const handles = ['bob', 'eve', 'joe', 'kim', 'lee', 'max'];
    const made = Promise.all(handles.map((handle) => setPassword(file, handle, `password of ${handle}`)));
    let isMade = false;
    const done = made.then(() => {
      isMade = true;
    });
    const read = accountReader(file);
    while (!isMade) expect((await read()).has('ann')).toBe(true);
    await done;
    expect([...(await read()).keys()].sort()).toEqual(['ann', ...handles]);
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });

  it('removes the lock of a dead process', async () => {
    writeFileSync(`${file}.lock`, `${2 ** 30} ${hostname()} left-behind`);
    expect(await setPassword(file, 'ann', 'correct horse')).toBe('added');
    expect(readdirSync(folder.path)).toEqual(['accounts']);
  });

  it("doesn't change a file with an invalid line, or one it can't write", async () => {
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

describe('addKey', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder.path, 'accounts');
    await writeAccounts(file, { Ann: 'correct horse', bob: 'battery staple' });
  });
  afterEach(() => folder.remove());

  const keyOf = (letter: string) => {
    const type = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20', 'latin1');
    return `ssh-ed25519 ${Buffer.concat([type, Buffer.alloc(32, letter)]).toString('base64')}`;
  };

  it('adds keys to an account, each once, which a new password keeps', async () => {
    const before = readFileSync(file, 'utf8');
    for (const letter of ['a', 'b', 'a']) await addKey(file, 'ann', keyOf(letter));
    const ann = (await accountReader(file)()).get('ann');
    expect(ann?.handle).toBe('Ann');
    expect(ann?.keys).toEqual([keyOf('a'), keyOf('b')]);
    expect(readFileSync(file, 'utf8').split('\n')[1]).toBe(before.split('\n')[1]);
    await setPassword(file, 'ann', 'another horse');
    expect((await accountReader(file)()).get('ann')?.keys).toEqual([keyOf('a'), keyOf('b')]);
  });

  it('rejects a handle without an account, and more keys than a line may have', async () => {
    const before = readFileSync(file, 'utf8');
    await expectAsync(addKey(file, 'eve', keyOf('a'))).toBeRejectedWithError(
      `eve has no account in ${file}; create it without --key`,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
    const adding = async () => {
      for (let code = 32; code < 132; code++) await addKey(file, 'bob', keyOf(String.fromCharCode(code)));
    };
    await expectAsync(adding()).toBeRejectedWithError(
      /^bob would have too many keys: delete some from its line/,
    );
  });
});

describe('askPassword, without a terminal', () => {
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
      await expectAsync(ask(`${bad}\n`)).toBeRejectedWithError('a password must have 8 to 128 characters');
  });

  it('rejects empty input', async () => {
    await expectAsync(ask('')).toBeRejectedWithError('no password was given');
  });

  it('resolves with null at a signal', async () => {
    expect(await ask('', true)).toBeNull();
  });
});
