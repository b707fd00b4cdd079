import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../text/message-of.js';

/** A host key, by which SSH clients know a board again. */
export interface HostKey {
  /** The private key, in OpenSSH's format. */
  readonly key: string;
  /** What clients show of its public half: `SHA256:` and 43 characters. Publish it. */
  readonly fingerprint: string;
}

const TYPE = 'ssh-ed25519';
/** The head of OpenSSH's format (PROTOCOL.key of its sources), up to the public key. */
const MAGIC = 'openssh-key-v1\0';
const [BEGIN, END] = ['-----BEGIN OPENSSH PRIVATE KEY-----', '-----END OPENSSH PRIVATE KEY-----'];
/** The largest file that is read. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads the host key of a board from a file; if there is none, makes one first (Ed25519), which only the owner of
 * the file can read. An existing file is never changed. Keep it: with another key, clients warn of an attack.
 *
 * @param file The file, as `ssh-keygen` writes it; without a passphrase.
 * @throws An `Error` with one line, if the file can't be read or written, others than its owner can read it, or it
 *   isn't such a key.
 * @example
 * ```ts
 * import { hostKeyFile } from 'impulse-bbs';
 *
 * console.log(hostKeyFile('ssh_host_key').fingerprint);
 * ```
 */
export function hostKeyFile(file: string): HostKey {
  try {
    return readKey(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw named(file, error);
  }
  try {
    createKey(file);
    return readKey(file);
  } catch (error) {
    throw named(file, error);
  }
}

const named = (file: string, error: unknown) =>
  new Error(`the host key ${file} can't be used: ${messageOf(error)}`, { cause: error });

function readKey(file: string): HostKey {
  const { mode, size } = statSync(file);
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, and a key has at most ${MAX_BYTES}`);
  const key = readFileSync(file, 'utf8');
  const publicKey = publicHalf(key);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Error(`others can read it (mode ${(mode & 0o777).toString(8)}): chmod 600 it`);
  return { key, fingerprint: fingerprintOf(publicKey) };
}

/** Under its name only when it is complete, and never over another file. */
function createKey(file: string): void {
  const draft = `${file}.${randomUUID()}.new`;
  writeFileSync(draft, newKey(), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another board was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Makes a private key in OpenSSH's format. */
function newKey(): string {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [publicKey, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const blob = Buffer.concat([field(TYPE), field(publicKey)]);
  const check = randomBytes(4);
  const secret = [check, check, blob, field(Buffer.concat([seed, publicKey])), field('impulse')];
  const length = secret.reduce((sum, part) => sum + part.length, 0);
  // The padding counts up from 1, to a multiple of 8.
  const padding = Uint8Array.from({ length: (8 - (length % 8)) % 8 }, (_, index) => index + 1);
  const whole = [
    Buffer.from(MAGIC, 'latin1'),
    field('none'),
    field('none'),
    field(''),
    Uint8Array.of(0, 0, 0, 1),
    field(blob),
    field(Buffer.concat([...secret, padding])),
  ];
  const lines =
    Buffer.concat(whole)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return [BEGIN, ...lines, END, ''].join('\n');
}

/** A string of SSH (RFC 4251, section 5): its length, then its bytes. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Returns the public half of a private key in OpenSSH's format, which isn't encrypted.
 *
 * @throws If the text isn't such a key, or the private half is encrypted.
 */
function publicHalf(text: string): Buffer {
  const [, base64 = ''] =
    new RegExp(`^\\s*${BEGIN}\\s+([A-Za-z0-9+/=\\s]+?)\\s*${END}\\s*$`).exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new Error('it is not a private key in the format of ssh-keygen');
  let at = MAGIC.length;
  const next = () => {
    const length = bytes.readUInt32BE(at);
    const start = at + 4;
    at = start + length;
    if (at > bytes.length) throw new Error('it is cut off');
    return bytes.subarray(start, at);
  };
  if (`${next()}` !== 'none') throw new Error('it has a passphrase: remove it with ssh-keygen -p');
  next();
  next();
  at += 4;
  return next();
}

/** Returns the fingerprint of a public key as OpenSSH shows it. */
const fingerprintOf = (publicKey: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
