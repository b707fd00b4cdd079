import * as texts from '../terminal/texts.js';
import type { Limits } from '../types/limits.js';
import type { SessionId, User } from '../types/session.js';

/** The calls of each account that is on line, oldest first; guests have none. */
export type Accounts = Map<string, readonly SessionId[]>;

/** What the rule needs to do. */
export interface PerUserActions {
  /** Says it to the caller who is logging in. */
  readonly write: (text: string) => void;
  /** Ends another call of the same user. */
  readonly takeOver: (id: SessionId) => void;
}

/**
 * Bounds the calls of one account, and tells whether this one may come in: whoever logs in and is on line `maxPerUser`
 * times already takes over the oldest of those calls, or, with the policy `deny`, is told so. Guests, whose handles are
 * nobody's account, and users who are `unlimited` may.
 */
export function perUser(
  { handle, guest, unlimited }: User,
  { maxPerUser, perUser }: Pick<Limits, 'maxPerUser' | 'perUser'>,
  accounts: Accounts,
  { write, takeOver }: PerUserActions,
): boolean {
  if (maxPerUser === null || guest || unlimited) return true;
  const theirs = accounts.get(handle);
  if (!theirs || theirs.length < maxPerUser) return true;
  if (perUser === 'deny') {
    write(`\n${texts.tooOften(theirs.length)}\n`);
    return false;
  }
  for (const id of theirs.slice(0, theirs.length - maxPerUser + 1)) takeOver(id);
  write(`\n${texts.TAKEN_OVER}\n`);
  return true;
}
