import { type MonoTypeOperatorFunction, takeWhile } from 'rxjs';
import * as texts from './texts.js';
import type { Limits, SessionId, SessionInfo, User } from './types.js';

/** What the rule needs to do. */
export interface PerUserActions {
  /** Says it to the caller who is logging in. */
  readonly write: (text: string) => void;
  /** Ends another call of the same user. */
  readonly takeOver: (id: SessionId) => void;
}

/**
 * Bounds the calls of one account: whoever logs in and is on line `maxPerUser` times already takes over the oldest
 * of those calls, or, with the policy `deny`, is told so, and the login completes without a user. Guests, whose
 * handles are nobody's account, and users who are `unlimited` pass.
 */
export function perUser(
  limits: Pick<Limits, 'maxPerUser' | 'perUser'>,
  sessions: ReadonlyMap<SessionId, SessionInfo>,
  { write, takeOver }: PerUserActions,
): MonoTypeOperatorFunction<User> {
  return takeWhile(({ handle, guest, unlimited }) => {
    const { maxPerUser } = limits;
    if (maxPerUser === null || guest || unlimited) return true;
    // Oldest first, as a Map keeps what is put into it.
    const theirs = [...sessions.values()].filter(({ user }) => user && !user.guest && user.handle === handle);
    if (theirs.length < maxPerUser) return true;
    if (limits.perUser === 'deny') {
      write(`\n${texts.tooOften(theirs.length)}\n`);
      return false;
    }
    for (const { id } of theirs.slice(0, theirs.length - maxPerUser + 1)) takeOver(id);
    write(`\n${texts.TAKEN_OVER}\n`);
    return true;
  });
}
