import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** An account with a password. */
export interface Account {
  readonly handle: string;
  /** The cost parameters of the hash: scrypt's N, r and p (RFC 7914). */
  readonly cost: { readonly N: number; readonly r: number; readonly p: number };
  /**
   * Both in base64url, as in the file. Ten thousand accounts as buffers would burden the garbage collector.
   */
  readonly salt: string;
  readonly hash: string;
  /** The public keys for SSH, as in `authorized_keys` without a comment, if there are any. */
  readonly keys?: readonly string[] | undefined;
}

/** The cost of hashing a new password: some 30 MiB, and a tenth of a second. */
export const COST: Account['cost'] = { N: 2 ** 15, r: 8, p: 1 };
/**
 * The largest product of N, r and p: 256 MiB and a second or two. A typing error in the file must not take
 * all memory or block a thread.
 */
const MAX_WORK = 2 ** 21;

const [SALT_BYTES, HASH_BYTES] = [16, 32];

/** Creates an account with a password. */
export async function newAccount(handle: string, password: string, cost = COST): Promise<Account> {
  const salt = randomText(SALT_BYTES);
  return { handle, cost, salt, hash: (await hashOf(password, salt, cost)).toString('base64url') };
}

/** Returns whether the password is the account's. Takes the same time for any password. */
export async function isPassword(password: string, { salt, hash, cost }: Account): Promise<boolean> {
  return timingSafeEqual(await hashOf(password, salt, cost), bytesOf(hash));
}

/**
 * Returns an account that belongs to no caller. Checking a password against it takes as long as against an
 * account of the file.
 */
export function nobodyLike(accounts: Iterable<Account>): Account {
  const [one] = accounts;
  return {
    handle: '',
    cost: one?.cost ?? COST,
    salt: randomText(SALT_BYTES),
    hash: randomText(HASH_BYTES),
  };
}

/**
 * Hashes a password off the event loop. Composes it first, since keyboards differ in how they write an accent
 * (RFC 8265).
 */
function hashOf(password: string, salt: string, cost: Account['cost']): Promise<Buffer> {
  return scryptAsync(password.normalize('NFC'), bytesOf(salt), HASH_BYTES, {
    ...cost,
    maxmem: 2 * memoryOf(cost),
  });
}

const scryptAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Returns whether the salt and hash have our length, and scrypt accepts the cost within our bound. */
export const isUsable = ({ cost, salt, hash }: Account): boolean =>
  isPayable(cost) && byteLength(salt) >= SALT_BYTES && byteLength(hash) === HASH_BYTES;

/** The length in bytes of a text in base64url. */
const byteLength = (text: string): number => Math.floor((text.length * 3) / 4);

const memoryOf = ({ N, r, p }: Account['cost']) => 128 * r * (N + p);

/** Returns whether scrypt accepts the cost (RFC 7914, section 2) and it is within our bound. */
function isPayable({ N, r, p }: Account['cost']): boolean {
  const isPowerOfTwo = N > 1 && (N & (N - 1)) === 0;
  return isPowerOfTwo && r > 0 && p > 0 && N < 2 ** (16 * r) && N * r * p <= MAX_WORK;
}
