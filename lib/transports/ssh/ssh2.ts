import type { Algorithms, PublicKey, PublicKeyAuthContext, Server } from 'ssh2';
import { ifMissing } from '../../process/if-missing.js';
import { messageOf } from '../../text/message-of.js';
import { IDENT } from './disconnect.js';

/** What is used of the package ssh2. */
export type Ssh2 = Pick<typeof import('ssh2'), 'Server' | 'utils'>;

/**
 * Loads the package. It is a CommonJS module, whose exports a bundler or loader may have put under `default`.
 *
 * @throws If it isn't installed.
 */
export async function loadSsh2(): Promise<Ssh2> {
  const loaded = await import('ssh2').catch(ifMissing('ssh2', 'ssh()'));
  return loaded.default ?? loaded;
}

/**
 * No group exchange and no CBC; no SHA-1, but as a signature by an RSA key, which ssh2 always offers last. No
 * compression, which costs memory. Strict key exchange is always offered (CVE-2023-48795). ChaCha20 is left out:
 * OpenSSH would choose it, and without its native part ssh2 computes its MAC by WebAssembly.
 */
const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const;

/** The longest time of a timer, some 25 days. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Makes the server that speaks SSH with each client. It listens nowhere.
 *
 * @throws An `Error` with one line, if a key can't be used.
 */
export function serverWith({ Server }: Ssh2, hostKeys: readonly string[]): Server {
  try {
    return new Server({
      hostKeys: [...hostKeys],
      ident: IDENT,
      algorithms: ALGORITHMS as unknown as Algorithms,
      // SyncTERM and NetRunner don't answer it, and would be cut off. 0 would mean the default of 15 s.
      keepaliveInterval: NEVER_MS,
    });
  } catch (error) {
    throw new Error(`hostKey (from ssh) can't be used: ${messageOf(error)}`, { cause: error });
  }
}

/** The types of keys that callers may have. ssh2 knows no keys of hardware (`sk-ssh-ed25519@openssh.com`). */
const KEY_TYPES: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);

/**
 * Returns whether the client may try this key; with a signature, whether it has the private key.
 */
export function isAcceptedKey({ utils }: Ssh2, context: PublicKeyAuthContext): boolean {
  const { key, hashAlgo, signature, blob } = context;
  // Without a hash it is RSA with SHA-1.
  if (!KEY_TYPES.has(key.algo) || (key.algo === 'ssh-rsa' && hashAlgo === undefined)) return false;
  if (!signature) return true;
  const parsed = utils.parseKey(key.data);
  if (parsed instanceof Error || Array.isArray(parsed) || parsed.type !== key.algo || !blob) return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

/** Returns a key as it is written in `authorized_keys`. */
export const writtenKey = ({ algo, data }: PublicKey): string => `${algo} ${data.toString('base64')}`;
