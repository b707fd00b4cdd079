import type { Observable } from 'rxjs';
import type { Encoding, GmcpMessage, Key, Output, Terminal } from './connection.js';
import type { Credentials } from './credentials.js';

/** A session's number, unique while the board runs. Other boards use the same numbers. */
export type SessionId = number;

/**
 * A caller who has logged in. Your authenticator may emit users with more fields. Name their type, and
 * `session.user` has it too.
 *
 * @example
 * ```ts
 * import { type App, type Authenticator, createImpulse, type User } from 'impulse-bbs';
 * import { map, of } from 'rxjs';
 *
 * interface Member extends User {
 *   readonly title: string;
 * }
 * const authenticate: Authenticator<Member> = (session) =>
 *   session.ask('Handle: ').pipe(map((handle) => ({ handle, title: 'Novice' })));
 * const app: App<Member> = (session) => of(`${session.user?.title} ${session.user?.handle}\n`);
 *
 * createImpulse({ authenticate, app });
 * ```
 */
export interface User {
  /** The name shown on every screen; made plain text by {@link sanitize}. The lobby shows `_` for spaces. */
  readonly handle: string;
  /** True for a caller without an account, who chose the handle freely. */
  readonly guest?: boolean;
  /** True for a user who is exempt from `maxPerUser`, such as the sysop. */
  readonly unlimited?: boolean;
}

/** A session's state (see {@link SESSION_STATES}). */
export type SessionState = (typeof SESSION_STATES)[number];

/** The states in order. A session never goes back, and may skip any of them on the way to `closing`. */
export const SESSION_STATES = [
  'waiting',
  'connected',
  'authenticating',
  'active',
  'closing',
  'closed',
] as const;

/** Why a session ended. The first reason counts. */
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

/** What is public about a session. Live: its properties change with the session. */
export interface SessionInfo<U extends User = User> {
  /** Unique on this board. */
  readonly id: SessionId;
  /** Unique across boards and restarts, for a shared bus or log. */
  readonly callId: string;
  /** The node: the lowest that was free, from 1; 0 while waiting. */
  readonly node: number;
  /** The session's state. */
  readonly state: SessionState;
  /** The user; `null` until logged in. */
  readonly user: U | null;
  /** The caller's IPv4 or IPv6 address. */
  readonly address: string;
  /** How the caller came: `telnet`, `tls`, `web`, `ssh`, or the name of another transport, if it has one. */
  readonly transport?: string | undefined;
  /**
   * When the session opened, in milliseconds since 1970 by the board's clock; `services.dateOf` converts it
   * to a date.
   */
  readonly openedAt: number;
  /** When the caller last typed, in milliseconds since 1970 by the board's clock. */
  readonly lastInputAt: number;
  /** Bytes received from the caller so far. */
  readonly bytesIn: number;
  /** Bytes sent to the caller so far, including unsent ones. */
  readonly bytesOut: number;
}

/**
 * Returns completions of the text before the cursor: whole lines that start with it (ignoring case), in the
 * order to list them in. Called at most once per packet.
 */
export type Completer = (typed: string) => readonly string[];

/** A session, as its app and its authenticator see it. */
export interface Session<U extends User = User> extends SessionInfo<U> {
  /**
   * The lines the caller types, without newline. Emits the type-ahead first, and completes when the session
   * ends. Several subscribers each get every line. For apps that answer immediately; otherwise see
   * {@link Session.eachLine}.
   */
  readonly line$: Observable<string>;
  /**
   * The keys the caller presses, for apps that draw their own screen. While it is subscribed, input is
   * neither echoed nor split into lines. Emits the type-ahead first, and completes when the session ends.
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
  /**
   * The bytes the caller sends, for apps that transfer files or run programs. While it is subscribed, input
   * goes to it as it is: it isn't echoed, decoded, or split into lines or keys, and notices wait, of which the
   * latest 8 KiB are kept. Emits the type-ahead first: the waiting lines, each with a CR, and the line being
   * typed. Several subscribers each get every chunk. Unsubscribing returns to lines and keys. Completes when
   * the session ends.
   *
   * A chunk is valid only until the observer returns, since the next packet uses its memory again: copy what
   * you keep, or hand to something that sends it later (`Buffer.from(bytes)`). To write it to the caller is
   * safe.
   *
   * Telnet's commands aren't in it, and a client is asked to send and take bytes unchanged (BINARY, RFC 856).
   * To one that declines, CR NUL stands for CR. Answer with bytes: text is encoded for the terminal.
   *
   * @example
   * ```ts
   * import { type App, sanitize } from 'impulse-bbs';
   * import { concat, last, map, of, scan, takeWhile } from 'rxjs';
   *
   * const measure: App = (session) =>
   *   concat(
   *     of('Send 1000 bytes.\n'),
   *     session.byte$.pipe(
   *       scan((received, { length }) => received + length, 0),
   *       takeWhile((received) => received < 1000),
   *       last(null, 0),
   *       map((received) => `Thank you for ${received}, and the rest.\n`),
   *     ),
   *   );
   * ```
   */
  readonly byte$: Observable<Uint8Array>;
  /**
   * For authenticators: emits what the client offers as proof of who the caller is before it shows a terminal
   * (SSH), one at a time. Accept or reject each. Completes when the terminal is open. Undefined for callers who
   * are asked on the terminal. If the authenticator doesn't subscribe, everybody is let in to the terminal.
   *
   * @example
   * ```ts
   * import type { Authenticator } from 'impulse-bbs';
   * import { concat, concatMap, EMPTY, of } from 'rxjs';
   *
   * const KEYS = new Map([['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH…', 'ann']]);
   * const byKey: Authenticator = ({ credentials$ = EMPTY }) =>
   *   credentials$.pipe(
   *     concatMap((credentials) => {
   *       const { proof } = credentials;
   *       const handle = proof.method === 'publickey' && KEYS.get(proof.key);
   *       if (handle) return concat(credentials.accept(), of({ handle }));
   *       credentials.reject();
   *       return EMPTY;
   *     }),
   *   );
   * ```
   */
  readonly credentials$?: Observable<Credentials> | undefined;
  /** Emits the current window at once, then each change. */
  readonly terminal$: Observable<Terminal>;
  /** The current window. */
  readonly terminal: Terminal;
  /**
   * Answers one line at a time: takes the next line when the answer to the last has completed. A caller too
   * far ahead is no longer read. Emits the answers, and completes when the session ends.
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
   * Writes the prompt, emits the next line and completes. Completes without a line if the session ends first.
   * A `secret` line isn't echoed, if the server echoes, and isn't kept in the history. Type-ahead isn't shown
   * after a secret, nor before the login, since it may be a secret too.
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
  /** Writes to the caller, in addition to what the app emits. Does nothing once the session is over. */
  write(output: Output): void;
  /**
   * Shows whole lines that the caller didn't ask for, such as a message from another caller. They appear
   * above the prompt and the line being typed, which are redrawn below. The final newline is optional.
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
   * Writes a prompt unless the last row shows it already, so that answers to several lines typed ahead are
   * followed by one prompt.
   */
  prompt(text: string): void;
  /**
   * Completes the line when the caller presses Tab, while subscribed. Inserts what all candidates have in
   * common, and lists them if there are several. The latest completer is asked. Emits nothing.
   * ```ts
   * import { type App, alsoSubscribe } from 'impulse-bbs';
   *
   * const COMMANDS = ['look', 'listen', 'leave'];
   * const game: App = (session) => {
   *   const tab$ = session.completion$((typed) => COMMANDS.filter((command) => command.startsWith(typed)));
   *   return session.line$.pipe(alsoSubscribe(tab$));
   * };
   * ```
   */
  completion$(completer: Completer): Observable<never>;
  /**
   * The GMCP messages of the caller's client: first the last one of each package so far, then new ones. Completes
   * when the session ends. Values come from the client: check them. `Core.Ping` is answered already.
   *
   * @example
   * ```ts
   * import { type App, alsoSubscribe } from 'impulse-bbs';
   * import { ignoreElements, tap } from 'rxjs';
   *
   * const game: App = (session) => {
   *   const greeting$ = session.gmcp$.pipe(
   *     tap(({ name }) => name === 'Core.Hello' && session.gmcp('Char.Vitals', { hp: 10, maxhp: 20 })),
   *     ignoreElements(),
   *   );
   *   return session.line$.pipe(alsoSubscribe(greeting$));
   * };
   * ```
   */
  readonly gmcp$: Observable<GmcpMessage>;
  /**
   * Sends a GMCP message to the caller's client: a package's name, and a value for JSON. Returns false if the client
   * has no GMCP, or the session is over.
   *
   * @throws A `TypeError` for a name that isn't one, or a value that JSON hasn't.
   */
  gmcp(name: string, value?: unknown): boolean;
  /** Switches to the encoding that the caller chose. */
  setEncoding(encoding: Encoding): void;
  /**
   * Echoes what is typed from now on, or leaves that to the client, as the caller chose. `terminal.echo` shows
   * it. By default it is negotiated with the client.
   */
  setEcho(on: boolean): void;
  /**
   * Reports a failed login, for authenticators: emits `loginAttemptFailed`, which is logged, counted, and
   * held against the address. Does nothing after the login or the end of the session.
   *
   * @param handle The handle that the caller typed.
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
