import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { runSteps, type Steps } from '../process/run-steps.js';
import { folded, handleOf } from './handle.js';

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
}

/** The cost of hashing a new password: some 30 MiB, and a tenth of a second. */
export const COST: Account['cost'] = { N: 2 ** 15, r: 8, p: 1 };
/**
 * The largest product of N, r and p: 256 MiB and a second or two. A typing error in the file must not take
 * all memory or block a thread.
 */
const MAX_WORK = 2 ** 21;

const [SALT_BYTES, HASH_BYTES] = [16, 32];
/** The longest file of accounts that is read, in bytes. */
export const MAX_FILE_BYTES = 1024 ** 2;
/** The longest line that is parsed. The lines we write have some 100 characters. */
const MAX_LINE_LENGTH = 4096;

/**
 * Parses the text of an account file. Returns the accounts by their folded handles, and the lines that aren't
 * accounts.
 */
export function accountsIn(text: string): AccountsRead {
  return runSteps(accountSteps(text));
}

/** The result of {@link accountsIn}. */
interface AccountsRead {
  readonly accounts: Map<string, Account>;
  readonly problems: string[];
}

/** Does the work of {@link accountsIn} in steps. */
export function* accountSteps(text: string): Steps<AccountsRead> {
  const accounts = new Map<string, Account>();
  const problems: string[] = [];
  let number = 0;
  // Line by line: splitting a file of a million lines takes too long for one step.
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    yield;
    end = text.indexOf('\n', start);
    if (end === -1) end = text.length;
    number += 1;
    const line = text.slice(start, end);
    if (/^\s*(#|$)/.test(line)) continue;
    const account = accountOf(line);
    if (!account) problems.push(`line ${number} is not an account; create accounts with impulse passwd`);
    else if (accounts.has(folded(account.handle)))
      problems.push(`line ${number}: ${account.handle} is a duplicate`);
    else accounts.set(folded(account.handle), account);
  }
  return { accounts, problems };
}

/** Formats an account as a line of the file, without the newline: `ann:scrypt:32768:8:1:salt:hash`. */
export function lineOf({ handle, cost: { N, r, p }, salt, hash }: Account): string {
  return [handle, 'scrypt', N, r, p, salt, hash].join(':');
}

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

/** The length in bytes of a text in base64url. */
const byteLength = (text: string): number => Math.floor((text.length * 3) / 4);

const memoryOf = ({ N, r, p }: Account['cost']) => 128 * r * (N + p);

/** Parses a line of the file. Returns null if it isn't an account. */
export function accountOf(line: string): Account | null {
  if (line.length > MAX_LINE_LENGTH) return null;
  const fields = /^([^:]+):scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([\w-]+):([\w-]+)$/.exec(line.trim());
  if (!fields) return null;
  const [, written = '', N, r, p, salt = '', hash = ''] = fields;
  const handle = handleOf(written);
  if (handle === null) return null;
  const account = {
    handle,
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt,
    hash,
  };
  const isGood = isPayable(account.cost) && byteLength(salt) >= SALT_BYTES && byteLength(hash) === HASH_BYTES;
  return isGood ? account : null;
}

/** Returns whether scrypt accepts the cost (RFC 7914, section 2) and it is within our bound. */
function isPayable({ N, r, p }: Account['cost']): boolean {
  const isPowerOfTwo = N > 1 && (N & (N - 1)) === 0;
  return isPowerOfTwo && r > 0 && p > 0 && N < 2 ** (16 * r) && N * r * p <= MAX_WORK;
}
