import { runSteps, type Steps } from '../process/run-steps.js';
import { folded, handleOf } from './handle.js';
import { type Account, isUsable } from './password-hash.js';
import { publicKeyOf } from './public-key.js';

/** The longest file of accounts that is read, in bytes. */
export const MAX_FILE_BYTES = 1024 ** 2;
/** The longest line that is parsed. Without keys, the lines we write have some 100 characters. */
export const MAX_LINE_LENGTH = 4096;

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

/**
 * Formats an account as a line of the file, without the newline: `ann:scrypt:32768:8:1:salt:hash`, and its public
 * keys, if it has any: `:AAAA…,AAAA…`. The type of a key is in its base64.
 */
export function lineOf({ handle, cost: { N, r, p }, salt, hash, keys = [] }: Account): string {
  const base64 = keys.map((key) => key.split(' ')[1]).join(',');
  return [handle, 'scrypt', N, r, p, salt, hash, ...(base64 === '' ? [] : [base64])].join(':');
}

/** Parses a line of the file. Returns null if it isn't an account. */
export function accountOf(line: string): Account | null {
  if (line.length > MAX_LINE_LENGTH) return null;
  const fields = /^([^:]+):scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([\w-]+):([\w-]+)(?::([\w+/=,]+))?$/.exec(
    line.trim(),
  );
  if (!fields) return null;
  const [, written = '', N, r, p, salt = '', hash = '', base64] = fields;
  const handle = handleOf(written);
  const keys = base64?.split(',').map(publicKeyOf);
  if (handle === null || keys?.includes(undefined)) return null;
  const account = {
    handle,
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt,
    hash,
    ...(keys ? { keys: keys as string[] } : {}),
  };
  return isUsable(account) ? account : null;
}
