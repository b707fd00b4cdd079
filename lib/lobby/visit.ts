import type { BehaviorSubject } from 'rxjs';

import type { Services, Session, SessionId, SessionInfo, Visitor } from '../../streams/types.js';
import { folded } from '../handle.js';
import type { LastCaller } from './last-callers.js';

/** One caller's time in the lobby, and what all of them share. */
export interface Visit {
  readonly session: Session;
  readonly services: Services;
  /** The room the caller is in. */
  readonly room: BehaviorSubject<string>;
  /** Callers who said that they are away, and why. */
  readonly away: Map<SessionId, string>;
  /** The latest first. */
  readonly lastCallers: () => readonly LastCaller[];
}

/** Who a caller is to the others. */
export const visitorOf = ({ id, user }: Session): Visitor => ({ session: id, handle: user?.handle ?? '' });

/** Everybody who has logged in. */
export const people = ({ sessions }: Services): SessionInfo[] =>
  [...sessions.values()].filter(({ user }) => user);

/** The handles on line that begin so, in whatever case. */
export function handlesFrom(services: Services, beginning: string): string[] {
  const begun = folded(beginning);
  const found = people(services).flatMap(({ user }) =>
    user && folded(user.handle).startsWith(begun) ? user.handle : [],
  );
  return [...new Set(found)].sort();
}

/** The handle that a text begins with, of those on line; the longest, as some have spaces in them. */
export function addressee(services: Services, text: string): string | undefined {
  const words = folded(`${text} `);
  return people(services)
    .flatMap(({ user }) => (user && words.startsWith(folded(`${user.handle} `)) ? user.handle : []))
    .sort((one, other) => other.length - one.length)[0];
}
