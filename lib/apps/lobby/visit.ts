import type { BehaviorSubject } from 'rxjs';
import type { Services, Visitor } from '../../../streams/types/app.js';
import type { Session, SessionId, SessionInfo, User } from '../../../streams/types/session.js';
import { oneWord } from '../../accounts/handle.js';
import type { LastCaller } from './last-callers.js';

/** The state of one caller's visit to the lobby, and the state that all callers share. */
export interface Visit {
  readonly session: Session;
  readonly services: Services;
  /** The room the caller is in. */
  readonly room: BehaviorSubject<string>;
  /** The callers who are away, with their reasons. */
  readonly away: Map<SessionId, string>;
  /**
   * The folded handles that each caller ignores. One map for all callers, since it is mostly empty and quick
   * to look into.
   */
  readonly ignored: Map<SessionId, Set<string>>;
  /** The latest first. */
  readonly lastCallers: () => readonly LastCaller[];
}

/** Returns how a caller appears to the others. */
export const visitorOf = ({ callId, user }: Session): Visitor => ({ callId, handle: shownHandle(user) });

/** Returns a caller's handle as others see and type it: as one word. */
export const shownHandle = (user: User | null): string => oneWord(user?.handle ?? '');

/** A session that is logged in. */
export type Person = SessionInfo & { readonly user: User };

/** Returns all sessions that are logged in. */
export const people = ({ handles }: Services): Person[] => [...handles.values()] as Person[];

/** Returns the sessions of a handle, given as it is shown. */
export const callsOf = ({ handles }: Services, handle: string): readonly Person[] =>
  handles.named(handle).filter((info): info is Person => shownHandle(info.user) === handle);

/** Returns the handles on line that begin with a text, in any case. */
export const handlesFrom = ({ handles }: Services, beginning: string): readonly string[] =>
  handles.beginning(beginning).map(oneWord);

/** Returns the handle on line that the first word of a text names. */
export function addressee({ handles }: Services, text: string): string | undefined {
  const word = /^\S*/.exec(text.slice(0, LONGEST_HANDLE))?.[0] ?? '';
  const [found] = handles.named(word);
  return found?.user ? shownHandle(found.user) : undefined;
}

/** No handle is longer, even with each accent typed as a separate character. */
const LONGEST_HANDLE = 100;
