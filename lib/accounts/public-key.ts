/** The types of public keys that an account may have. */
const TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;

/** The shortest RSA key, in bytes of its public half: 2048 bits. */
const MIN_RSA_BYTES = 270;

/**
 * Returns the type of a public key in base64, which names it in its beginning (RFC 4253, section 6.6); undefined
 * if it isn't a key that an account may have.
 */
function typeOf(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < 8 || bytes.toString('base64') !== base64) return undefined;
  const type = bytes.toString('latin1', 4, 4 + Math.min(bytes.readUInt32BE(0), 64));
  if (type === 'ssh-rsa' && bytes.length < MIN_RSA_BYTES) return undefined;
  return TYPES.find((known) => known === type);
}

/** Returns a key of the account file as SSH writes it: `ssh-ed25519 AAAA…`. Undefined if it is none. */
export function publicKeyOf(base64: string): string | undefined {
  const type = typeOf(base64);
  return type && `${type} ${base64}`;
}

/**
 * Reads the public key of a file, as `ssh-keygen` writes it: one line with type, key and comment.
 *
 * @throws An `Error` with one line that says why it isn't one.
 */
export function readPublicKey(text: string): string {
  if (/PRIVATE KEY-----/.test(text)) throw new Error('it is a private key; use the file that ends in .pub');
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line));
  if (lines.length !== 1) throw new Error(`it has ${lines.length} keys, and one is needed`);
  const [type = '', base64 = ''] = lines[0]?.trim().split(/\s+/) ?? [];
  if (type.startsWith('sk-')) throw new Error('it belongs to a hardware key, which only OpenSSH can check');
  const key = publicKeyOf(base64);
  if (key === undefined || key !== `${type} ${base64}`)
    throw new Error(`it is not a public key of SSH; allowed are ${TYPES.join(', ')} (RSA from 2048 bits)`);
  return key;
}
