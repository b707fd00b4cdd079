import type { BehaviorSubject } from 'rxjs';
import type { Services, Session, SessionId, SessionInfo, User, Visitor } from '../../streams/types.js';
import { folded } from '../login/handle.js';
import type { LastCaller } from './last-callers.js';

/** One caller's time in the lobby, and what all of them share. */
export interface Visit {
  readonly session: Session;
  readonly services: Services;
  /** The room the caller is in. */
  readonly room: BehaviorSubject<string>;
  /** Callers who said that they are away, and why. */
  readonly away: Map<SessionId, string>;
  /** Whom callers don't want to hear of, as handles are looked up. One map for all: mostly it is empty, and soon looked into. */
  readonly ignored: Map<SessionId, Set<string>>;
  /** The latest first. */
  readonly lastCallers: () => readonly LastCaller[];
}

/** Who a caller is to the others. */
export const visitorOf = ({ id, user }: Session): Visitor => ({ session: id, handle: user?.handle ?? '' });

/** Somebody who has logged in. */
export type Person = SessionInfo & { readonly user: User };

/** Everybody who has logged in. */
export const people = ({ sessions }: Services): Person[] =>
  [...sessions.values()].filter((info): info is Person => info.user !== null);

/** The handles on line, and each as it is looked up. */
export const handlesOnLine = (services: Services): ReadonlyMap<string, string> =>
  new Map(people(services).map(({ user }) => [user.handle, folded(user.handle)]));

/** Those of the handles that begin so, in whatever case. */
export function handlesBeginning(handles: ReadonlyMap<string, string>, beginning: string): string[] {
  const begun = folded(beginning);
  const found: string[] = [];
  for (const [handle, look] of handles) if (look.startsWith(begun)) found.push(handle);
  return found.sort();
}

/** The handles on line that begin so, in whatever case. */
export const handlesFrom = (services: Services, beginning: string): string[] =>
  handlesBeginning(handlesOnLine(services), beginning);

/** The handle that a text begins with, of those on line; the longest, as some have spaces in them. */
export function addressee(services: Services, text: string): string | undefined {
  const words = folded(`${text} `);
  return people(services)
    .map(({ user }) => user.handle)
    .filter((handle) => words.startsWith(folded(`${handle} `)))
    .sort((one, other) => other.length - one.length)[0];
}
