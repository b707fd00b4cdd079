import * as messages from '../terminal/messages.js';
import type { Limits } from '../types/limits.js';
import type { SessionId, User } from '../types/session.js';

/** The sessions of each account, oldest first. Guests have no account. */
export type Accounts = Map<string, readonly SessionId[]>;

/** What the policy can do. */
export interface PerUserActions {
  /** Writes to the caller who is logging in. */
  readonly write: (text: string) => void;
  /** Ends another session of the same user. */
  readonly takeOver: (id: SessionId) => void;
}

/**
 * Limits the sessions of one account, and returns whether this one may log in. At `maxPerUser` the new
 * session takes over the oldest; with the policy `deny` the caller is told and isn't let in. Exempt are
 * guests, who have no account, and `unlimited` users.
 */
export function perUser(
  { handle, guest, unlimited }: User,
  { maxPerUser, perUserPolicy }: Pick<Limits, 'maxPerUser' | 'perUserPolicy'>,
  accounts: Accounts,
  { write, takeOver }: PerUserActions,
): boolean {
  if (maxPerUser === null || guest || unlimited) return true;
  const theirs = accounts.get(handle);
  if (!theirs || theirs.length < maxPerUser) return true;
  if (perUserPolicy === 'deny') {
    write(`\n${messages.tooOften(theirs.length)}\n`);
    return false;
  }
  for (const id of theirs.slice(0, theirs.length - maxPerUser + 1)) takeOver(id);
  write(`\n${messages.TAKEN_OVER}\n`);
  return true;
}
