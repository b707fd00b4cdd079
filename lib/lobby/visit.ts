import type { BehaviorSubject } from 'rxjs';
import type { Services, Visitor } from '../../streams/types/app.js';
import type { Session, SessionId, SessionInfo, User } from '../../streams/types/session.js';
import { oneWord } from '../login/handle.js';
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
export const visitorOf = ({ callId, user }: Session): Visitor => ({ callId, handle: shownHandle(user) });

/** The handle of a caller as all others see it and type it: one word. */
export const shownHandle = (user: User | null): string => oneWord(user?.handle ?? '');

/** Somebody who has logged in. */
export type Person = SessionInfo & { readonly user: User };

/** Everybody who has logged in. */
export const people = ({ handles }: Services): Person[] => [...handles.values()] as Person[];

/** The calls of somebody who has logged in, by the handle as it shows. */
export const callsOf = ({ handles }: Services, handle: string): readonly Person[] =>
  handles.named(handle).filter((info): info is Person => shownHandle(info.user) === handle);

/** The handles on line that begin so, in whatever case. */
export const handlesFrom = ({ handles }: Services, beginning: string): readonly string[] =>
  handles.beginning(beginning).map(oneWord);

/** The handle that the first word of a text is, of those on line. A handle is one word. */
export function addressee({ handles }: Services, text: string): string | undefined {
  const word = /^\S*/.exec(text.slice(0, LONGEST_HANDLE))?.[0] ?? '';
  const [found] = handles.named(word);
  return found?.user ? shownHandle(found.user) : undefined;
}

/** Longer ones are nobody's, not even with each letter typed in pieces. */
const LONGEST_HANDLE = 100;
