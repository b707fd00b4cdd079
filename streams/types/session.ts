import type { Observable } from 'rxjs';
import type { Encoding, Key, Output, Terminal } from './connection.js';

/** A number of one board: never used again while that runs, and used by every other board as well. */
export type SessionId = number;

/** Who a caller turned out to be. */
export interface User {
  /** What the caller is called, on every screen; made {@link plain} by the board. The lobby shows `_` for blanks. */
  readonly handle: string;
  /** True for somebody without an account: the handle is only what they call themselves. */
  readonly guest?: boolean;
  /** True for somebody who may be on line as often as they like, such as the sysop. */
  readonly unlimited?: boolean;
}

/** A caller's way through a call; no other order is possible (see {@link SESSION_STATES}). */
export type SessionState = (typeof SESSION_STATES)[number];

/** The states of a call in the only order they come in; any of them may be skipped on the way to `closing`. */
export const SESSION_STATES = [
  'waiting',
  'connected',
  'authenticating',
  'active',
  'closing',
  'closed',
] as const;

/** Why a session ended. The first ending is the reason; there is never a second one. */
export type EndReason =
  | 'hangup'
  | 'idle'
  | 'login-timeout'
  | 'login-failed'
  | 'denied'
  | 'time-limit'
  | 'kicked'
  | 'slow'
  | 'lost'
  | 'app-done'
  | 'app-error'
  | 'connection-error'
  | 'protocol'
  | 'wrong-protocol'
  | 'crawler'
  | 'taken-over'
  | 'shutdown'
  | 'forced';

/** What anybody may know about a session, live: read it again and it is up to date. */
export interface SessionInfo {
  /** Told apart by it from all others of this board. */
  readonly id: SessionId;
  /** Told apart by it from all others of whatever board and whatever time: for a bus or a log that boards share. */
  readonly callId: string;
  /** The line the caller is on: the lowest that was free, from 1. Zero while waiting. */
  readonly node: number;
  /** How far the call has come. */
  readonly state: SessionState;
  /** Who is calling; `null` until they have logged in. */
  readonly user: User | null;
  /** Where the caller calls from: an IPv4 or IPv6 address. */
  readonly address: string;
  /** When the session opened, milliseconds since 1970 by the board's clock; `services.dateOf` makes a date of it. */
  readonly openedAt: number;
  /** When the caller last typed something, milliseconds since 1970 by the board's clock. */
  readonly lastInputAt: number;
  /** Bytes received of the caller so far. */
  readonly bytesIn: number;
  /** Bytes sent to the caller so far, those on their way included. */
  readonly bytesOut: number;
}

/**
 * What a line may become, by what of it is typed before the cursor: whole lines that begin so (in whatever case), in the
 * order to list them in. Asked at most once for each packet of the caller's.
 */
export type Completer = (typed: string) => readonly string[];

/** A session as its app and its authenticator see it. */
export interface Session extends SessionInfo {
  /**
   * The caller's lines, without their newline. What was typed ahead comes first; completes when the call ends.
   * With several subscribers each hears every line. For apps that answer at once: see {@link Session.eachLine}.
   */
  readonly line$: Observable<string>;
  /**
   * The caller's keys, as they are pressed, for apps that draw their own screen: while it is subscribed to, typing is
   * neither echoed nor made into lines. What was typed ahead comes first; completes when the call ends.
   *
   * @example
   * ```ts
   * import type { App } from 'impulse-bbs';
   * import { map, takeWhile } from 'rxjs';
   *
   * const anyKey: App = (session) =>
   *   session.key$.pipe(
   *     takeWhile((key) => key !== 'q'),
   *     map((key) => `You pressed ${key}\n`),
   *   );
   * ```
   */
  readonly key$: Observable<Key>;
  /** The caller's window: the present one at once, then each change. */
  readonly terminal$: Observable<Terminal>;
  /** The window as it is now. */
  readonly terminal: Terminal;
  /**
   * Answers one line at a time: the next is taken when the answer to the last has completed, and a caller who
   * is too far ahead is made to wait. Emits the answers; completes when the call ends.
   *
   * @example
   * ```ts
   * import type { App } from 'impulse-bbs';
   * import { map, timer } from 'rxjs';
   *
   * const thoughtful: App = (session) =>
   *   session.eachLine((line) => timer(2000).pipe(map(() => `After some thought: ${line}\n`)));
   * ```
   */
  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T>;
  /**
   * Writes the prompt, emits the next line and completes; without a line, if the call ends first. A `secret` line
   * isn't shown while it is typed, where the showing is ours to do, and can't be recalled. What is typed ahead of the next
   * question isn't shown either after a secret, nor at any time before the login, since it may be a secret.
   *
   * @example
   * ```ts
   * import type { App } from 'impulse-bbs';
   * import { map } from 'rxjs';
   *
   * const greeter: App = (session) => session.ask('Your town? ').pipe(map((town) => `Greetings to ${town}!\n`));
   * ```
   */
  ask(prompt: string, how?: { secret?: boolean }): Observable<string>;
  /** Writes to the caller, besides what the app emits. A no-op once the call is over. */
  write(output: Output): void;
  /**
   * Writes whole lines that the caller didn't ask for, such as another caller's words: above the prompt and the line that is
   * being typed, which are drawn again below. A newline at the end may be left out.
   *
   * @example
   * ```ts
   * import type { App } from 'impulse-bbs';
   * import { ignoreElements, interval, tap } from 'rxjs';
   *
   * const cuckoo: App = (session) =>
   *   interval(3_600_000).pipe(
   *     tap(() => session.notify('Cuckoo!')),
   *     ignoreElements(),
   *   );
   * ```
   */
  notify(lines: string): void;
  /**
   * Writes a prompt, unless it stands on the last row already: after the answer to each of several lines that were typed
   * ahead, one is enough.
   */
  prompt(text: string): void;
  /**
   * Completes what is typed when the caller presses Tab, for as long as it is subscribed to: as far as all candidates begin
   * alike; if there are several, they are listed. Of several completers the latest is asked. Emits nothing.
   *
   * @example
   * ```ts
   * import { type App, beside } from 'impulse-bbs';
   *
   * const COMMANDS = ['look', 'listen', 'leave'];
   * const game: App = (session) => {
   *   const tab$ = session.completeWith((typed) => COMMANDS.filter((command) => command.startsWith(typed)));
   *   return session.line$.pipe(beside(tab$));
   * };
   * ```
   */
  completeWith(completer: Completer): Observable<never>;
  /** Uses the encoding that the caller chose. */
  setEncoding(encoding: Encoding): void;
  /**
   * Reports that somebody tried to log in and may not, for authenticators: there is a `loginAttemptFailed`, which the log, the
   * figures and the penalties of the caller's address go by. A no-op once the caller has logged in, or the call is over.
   *
   * @param handle What the caller typed.
   * @example
   * ```ts
   * import { type Authenticator, SessionEnd } from 'impulse-bbs';
   * import { map } from 'rxjs';
   *
   * const anybodyButMallory: Authenticator = (session) =>
   *   session.ask('Handle: ').pipe(
   *     map((handle) => {
   *       if (handle !== 'mallory') return { handle };
   *       session.reportFailedLogin(handle);
   *       throw new SessionEnd('login-failed');
   *     }),
   *   );
   * ```
   */
  reportFailedLogin(handle: string): void;
}
