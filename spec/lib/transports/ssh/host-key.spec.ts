import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { hostKeyFile } from '../../../../lib/transports/ssh/host-key.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';
import { has } from '../../../support/shells.js';

describe('hostKeyFile', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder.path, 'host_key');
  });
  afterEach(() => folder.remove());

  it('makes a key that only its owner can read, and reads the same one from then on', () => {
    const made = hostKeyFile(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path)).toEqual(['host_key']);
    expect(hostKeyFile(file)).toEqual(made);
    expect(readFileSync(file, 'utf8')).toBe(made.key);
    const parsed = ssh2.utils.parseKey(made.key);
    expect(parsed instanceof Error ? parsed : parsed.type).toBe('ssh-ed25519');
    expect(hostKeyFile(join(folder.path, 'another')).key).not.toBe(made.key);
  });

  it("says the fingerprint that ssh-keygen says, of a key of its own and of ssh-keygen's", () => {
    if (!has('ssh-keygen')) return pending('openssh-client is not installed');
    const shown = (name: string) => execFileSync('ssh-keygen', ['-lf', name], { encoding: 'utf8' });
    const { fingerprint } = hostKeyFile(file);
    expect(shown(file)).toContain(fingerprint);
    const theirs = join(folder.path, 'rsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', theirs]);
    expect(shown(theirs)).toContain(hostKeyFile(theirs).fingerprint);
    const secret = join(folder.path, 'secret');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', secret]);
    expect(() => hostKeyFile(secret)).toThrowError(
      `the host key ${secret} can't be used: it has a passphrase: remove it with ssh-keygen -p`,
    );
  });

  it('rejects a file that others can read, that is no key, or that is cut off, and leaves it as it is', () => {
    const { key } = hostKeyFile(file);
    chmodSync(file, 0o644);
    expect(() => hostKeyFile(file)).toThrowError(
      /host_key can't be used: others can read it \(mode 644\): chmod 600/,
    );
    for (const text of [
      '',
      'no key',
      '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n',
    ]) {
      writeFileSync(file, text);
      expect(() => hostKeyFile(file)).toThrowError(
        /can't be used: it is not a private key in the format of ssh-keygen$/,
      );
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
    const [first = '', second = ''] = key.split('\n');
    writeFileSync(file, `${first}\n${second}\n-----END OPENSSH PRIVATE KEY-----\n`);
    expect(() => hostKeyFile(file)).toThrowError(/can't be used: it is cut off$/);
    writeFileSync(file, Buffer.alloc(70_000));
    expect(() => hostKeyFile(file)).toThrowError(
      /can't be used: it has 70000 bytes, and a key has at most 65536$/,
    );
    expect(() => hostKeyFile(join(folder.path, 'nowhere', 'key'))).toThrowError(/can't be used: ENOENT/);
  });
});
