import type { Observable, SchedulerLike } from 'rxjs';

/** What an app or an authenticator writes: text (`\n` becomes the terminal's newline), or bytes sent as they are. */
export type Output = string | Uint8Array;

/**
 * How a terminal's letters are written as bytes: UTF-8, the letters and line drawings of the IBM PC, or ASCII, for clients
 * that have neither. What an ASCII client types beyond ASCII is read as Windows-1252.
 */
export type Encoding = 'utf-8' | 'cp437' | 'ascii';

/**
 * A key that was pressed: the character it types, or the name of one that types none. Names are longer than a
 * character: `enter`, `backspace`, `tab`, `escape`, `up`, `down`, `left`, `right`, `home`, `end`, `insert`, `delete`,
 * `page-up`, `page-down`, `f1` to `f12`, also as `shift-up`, `ctrl-left` and the like; `ctrl-a` to `ctrl-z`, `alt-x`,
 * `shift-tab`.
 */
export type Key = string;

/** The caller's window and what its client agreed to. */
export interface Terminal {
  /** Columns of text; 80 until the client says otherwise. */
  readonly columns: number;
  /** Rows of text; 24 until the client says otherwise. */
  readonly rows: number;
  /** True once the client left the echoing of what is typed to us. */
  readonly echo: boolean;
  /** What the client calls its terminal, as it spells it (`XTERM-256COLOR`, `syncterm`); `null` until it says so. */
  readonly type: string | null;
  /** UTF-8, until the client's terminal or the caller asks for something else. */
  readonly encoding: Encoding;
  /** True once the client is known to show colours (SGR of ECMA-48). */
  readonly colours: boolean;
  /** True once the client is known to understand moves of the cursor and erasing (ECMA-48). */
  readonly cursor: boolean;
  /** True once the client says that a screen reader reads to its caller: `colours` and `cursor` are false then. */
  readonly screenReader: boolean;
  /** True for a terminal of the IBM PC's kind: its Delete sends DEL, and its Backspace BS. */
  readonly pcKeys: boolean;
}

/** What a transport hands over: one caller's line, before anybody decided what to do with it. */
export interface Connection {
  /** The caller's address as the transport knows it, IPv4 or IPv6. */
  readonly address: string;
  /**
   * Application bytes, good until the observer returns: their memory is the next packet's. Completes at hang-up, also when
   * that was before subscribing. Errors with a `SessionEnd` when the transport itself gives the caller up (`protocol`, `lost`,
   * `wrong-protocol`, `crawler`); any other error is a `connection-error`.
   */
  readonly input$: Observable<Uint8Array>;
  /**
   * Emits nothing and completes when it is known that the caller speaks no protocol of another server, before the input of that
   * packet, or when the connection is gone. Left out where that can't be; the session is opened at once then.
   */
  readonly recognised$?: Observable<never> | undefined;
  /** The caller's window: the present one at once, then each change. Completes with the connection. */
  readonly terminal$: Observable<Terminal>;
  /** The window as it is now. */
  readonly terminal: Terminal;
  /** Emits nothing and completes when the connection is gone for good, also when that was before subscribing. */
  readonly closed$: Observable<never>;
  /** Emits nothing and completes when the backlog is empty; at once if it is, or if the connection is closing. */
  readonly drained$: Observable<never>;
  /** Bytes received so far. */
  readonly bytesIn: number;
  /** Bytes sent so far, those still in the backlog included. */
  readonly bytesOut: number;
  /** Bytes written that the kernel has not taken yet. */
  readonly backlog: number;
  /** Sends text or bytes; a no-op once closing. Text without a newline at its end is a prompt, and is marked as one. */
  write(output: Output): void;
  /** Sends what the caller typed back to them. As {@link Connection.write}, but it is no prompt. */
  echo(text: string): void;
  /** Asks a client that shows what is typed by itself to hide it: a secret is typed next. */
  hideTyping(): void;
  /** Ends what {@link Connection.hideTyping} asked for. */
  showTyping(): void;
  /** Hands bytes to the next subscriber of {@link Connection.input$}, before all that comes: the present one has no use for them. */
  putBack(bytes: Uint8Array): void;
  /** Takes the transport's own lines, such as an answer to telnet's AYT. While there is none, they are just written. */
  notifier: Pick<Session, 'notify'> | undefined;
  /** Has what is written during `act` sent together, where the transport can do that. */
  batch?(act: () => void): void;
  /** Writes in this encoding from now on, and tells it to {@link Connection.terminal}, whatever the client says later. */
  setEncoding(encoding: Encoding): void;
  /**
   * Whether the client gave a sign of life when it was asked for one. Where it never did, that it is there no more is for the
   * transport to find out, which ends the input as `lost` (TCP's keepalive).
   */
  readonly answers: boolean;
  /** Asks the client for a sign of life that no caller sees, if it is one that answers. */
  probe(): void;
  /** Stops reading from the caller, so that their own kernel makes them wait. */
  pause(): void;
  /** Reads on after {@link Connection.pause}. */
  resume(): void;
  /** Sends what is in the backlog, then hangs up. */
  close(): void;
  /** Hangs up now; what is in the backlog is lost, and the connection gone. */
  destroy(): void;
}

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

/** Why a connection never became a session. */
export type RefusalReason =
  | 'full'
  | 'rate'
  | 'address'
  | 'blocked'
  | 'penalty'
  | 'draining'
  | 'gate'
  | 'proxy'
  | 'wrong-protocol'
  | 'crawler'
  | 'error';

/**
 * What more there is to say of a refusal. Of `proxy`: the other end is not a proxy of ours, sent no PROXY header, sent a
 * malformed one, or sent none in time; or too many connections wait for their header already. Of `gate`: the caller hung up
 * without a byte.
 */
export type RefusalDetail =
  | 'not a proxy'
  | 'no header'
  | 'malformed header'
  | 'timeout'
  | 'too many'
  | 'silent';

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

/**
 * Who has logged in, live, found by a handle without a look at everybody: none of these costs more with ten thousand on line,
 * but for going through all of them.
 *
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { map } from 'rxjs';
 *
 * const finger: App = (session, { handles }) =>
 *   session.line$.pipe(map((handle) => `${handle} is on line ${handles.named(handle).length} times\n`));
 * ```
 */
export interface Handles {
  /** How many sessions have logged in. */
  readonly size: number;
  /** The sessions, in the order of their ids, which is that of their coming. */
  values(): IterableIterator<SessionInfo>;
  /** The sessions of a handle, in whatever case; the longest on line first. */
  named(handle: string): readonly SessionInfo[];
  /** A session whose handle a person may take for this one. */
  alike(handle: string): SessionInfo | undefined;
  /** The handles that begin so, in whatever case, sorted; each once. */
  beginning(text: string): readonly string[];
}

/** What the board offers its apps. */
export interface Services {
  /** How sessions talk to each other. */
  readonly bus: Bus;
  /** Who is on line, live. */
  readonly sessions: ReadonlyMap<SessionId, SessionInfo>;
  /** Who has logged in, by their handles. */
  readonly handles: Handles;
  /** The board's clock; virtual in a test. Hand it to `timer`, `delay` and the like. It doesn't jump when the machine's clock is set. */
  readonly scheduler: SchedulerLike;
  /** When a time of `scheduler` was, by the machine's clock as it is set at present: for what people read. */
  readonly dateOf: (at: number) => Date;
}

/**
 * The program a caller talks to: a function from a session to what is written to it. Completing hangs up; an error
 * ends this call and no other. When the call ends, `line$` completes and the app is unsubscribed.
 *
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { map, takeWhile } from 'rxjs';
 *
 * const echo: App = (session) =>
 *   session.line$.pipe(
 *     takeWhile((line) => line !== 'bye'),
 *     map((line) => `${line}\n`),
 *   );
 * ```
 */
export type App = (session: Session, services: Services) => Observable<Output>;

/**
 * Finds out who is calling. The first user emitted is the caller's; completing without one hangs up; an error ends
 * the call.
 *
 * @example
 * ```ts
 * import type { Authenticator } from 'impulse-bbs';
 * import { filter, map } from 'rxjs';
 *
 * const knownOnly: Authenticator = (session) =>
 *   session.ask('Handle: ').pipe(
 *     filter((handle) => ['ann', 'bob'].includes(handle)),
 *     map((handle) => ({ handle })),
 *   );
 * ```
 */
export type Authenticator = (session: Session, services: Services) => Observable<User>;

/** Somebody in a channel. */
export interface Visitor {
  /** By which session they are there: its `callId`, as several boards may share a bus. */
  readonly callId: string;
  /** What they are called there. */
  readonly handle: string;
}

/** Somebody came into a channel, or went out of it. */
export interface Presence {
  /** Which of the two. */
  readonly type: 'entered' | 'left';
  /** The channel's name. */
  readonly channel: string;
  /** Who it was. */
  readonly visitor: Visitor;
}

/**
 * How sessions talk to each other, and know of each other. A message is anything; one that is to go through a broker some
 * day is JSON. Messages of one publisher arrive in the order in which they were published, and a listener never
 * waits for another.
 *
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { ignoreElements, map, merge, tap } from 'rxjs';
 *
 * const chat: App = (session, { bus }) =>
 *   merge(
 *     bus.channel$('lobby').pipe(map((text) => `${text}\n`)),
 *     session.line$.pipe(
 *       tap((line) => bus.publish('lobby', `${session.user?.handle}: ${line}`)),
 *       ignoreElements(),
 *     ),
 *   );
 * ```
 */
export interface Bus {
  /**
   * Hands a message to everybody who observes the channel at this moment.
   *
   * @throws When listeners answer each other without end (see `embeddedBus`).
   */
  publish(channel: string, message: unknown): void;
  /** The messages published to a channel from now on. Never completes. */
  channel$(name: string): Observable<unknown>;
  /** Is in a channel for as long as it is subscribed to. Emits nothing, and never completes. */
  enter(channel: string, visitor: Visitor): Observable<never>;
  /** Who enters and leaves a channel from now on. Never completes. */
  presence$(channel: string): Observable<Presence>;
  /**
   * Who is where, live: the channels that somebody is in, and those who are, the longest there first. To ask for it costs
   * the same however many they are; copy what you keep.
   */
  present(): ReadonlyMap<string, ReadonlySet<Visitor>>;
}

/** How often something may happen: `count` times in `perMs`, and `burst` at once after a quiet time. */
export interface Rate {
  /** How often it may happen in `perMs`. */
  readonly count: number;
  /** The time that `count` is for, in milliseconds. */
  readonly perMs: number;
  /** How often it may happen at once, after a quiet time. */
  readonly burst: number;
}

/**
 * How many callers who haven't logged in are too many: below `start` nobody is refused for it, from there on `rate` percent
 * of the newcomers, more the nearer they come to `full`, and all at `full`.
 */
export interface EarlyDrop {
  /** Callers who haven't logged in, from whose number on some of the newcomers are refused. */
  readonly start: number;
  /** How many of the newcomers are refused at `start`, in percent. */
  readonly rate: number;
  /** The number at which all of them are refused. */
  readonly full: number;
}

/** Everything that bounds a board. Durations are in milliseconds; `null` is off. */
export interface Limits {
  /** Sessions at once. */
  readonly maxSessions: number;
  /** Callers who may wait for a node; 0 sends them away. */
  readonly waitingRoom: number;
  /** The last nodes, which only trusted addresses get. */
  readonly reserve: number;
  /** Callers on line who haven't logged in. */
  readonly maxUnauthenticated: EarlyDrop | null;
  /** Connections at once of one IPv4 address or IPv6 /64; four times as many of a /56, sixteen times of a /48. */
  readonly maxPerAddress: number | null;
  /** Calls at once of one account. */
  readonly maxPerUser: number | null;
  /** Whether a call too many takes over the oldest, or is denied. */
  readonly perUser: 'takeover' | 'deny';
  /** Whether addresses from which too much is done wrong are kept out for a while. */
  readonly penalties: boolean;
  /** Connections from anywhere. */
  readonly connectionRate: Rate | null;
  /** Connections from one IPv4 address or IPv6 /64; four times as many from a /56, sixteen times from a /48. */
  readonly connectionRatePerAddress: Rate | null;
  /** How long a caller may type nothing. */
  readonly idleTimeoutMs: number | null;
  /** How long before the end of the idle time or the time on line the caller is warned. */
  readonly idleWarningMs: number | null;
  /** How long a caller may take to log in. Absolute: typing doesn't extend it. */
  readonly loginTimeoutMs: number | null;
  /** How long a caller's end of the line may give no sign of life, before the caller is taken for lost. */
  readonly deadPeerTimeoutMs: number | null;
  /** How long one call may last. */
  readonly sessionLimitMs: number | null;
  /** How long callers may stay once a shutdown began; `null` waits for the last of them. */
  readonly shutdownGraceMs: number | null;
  /** Bytes a second that are read of one caller; the rest waits with them. */
  readonly inputRate: number | null;
  /** Bytes that may wait for a caller who doesn't read. */
  readonly outputLimitBytes: number;
}

interface Of<Type extends string> {
  /** What happened: events are told apart by it. */
  readonly type: Type;
}

interface OfSession<Type extends string> extends Of<Type> {
  /** The id of the session that it happened to. */
  readonly session: SessionId;
  /** The node that the session is on, or was. */
  readonly node: number;
}

/** The board is open. */
export interface ServerListening extends Of<'serverListening'> {
  /** The address that it listens on. */
  readonly host: string;
  /** The port that it listens on, also where any was taken. */
  readonly port: number;
}
/** Somebody called and was sent away. */
export interface ConnectionRefused extends Of<'connectionRefused'> {
  /** Where they called from. */
  readonly address: string;
  /** Why they were. */
  readonly reason: RefusalReason;
  /** What more there is to say of it; for most reasons nothing. */
  readonly detail?: RefusalDetail;
  /** Which protocol they spoke, of a `wrong-protocol`. */
  readonly protocol?: string;
  /** What went wrong, of an `error`. */
  readonly error?: unknown;
}
/** Too much was done wrong from an address: for a while nobody gets in from there. */
export interface AddressPenalised extends Of<'addressPenalised'> {
  /** The address that the last offence came from. */
  readonly address: string;
  /** What is kept out: the IPv4 address, or the /64, /56 or /48 of the IPv6 address. */
  readonly network: string;
  /** What was the last straw: `no-login`, `login-timeout`, `login-failed`, `flood`, `knocking`, `protocol` or `wrong-protocol`. */
  readonly offence: string;
  /** For how long nobody gets in, in milliseconds. */
  readonly forMs: number;
}
/** A caller holds the line; again at each step forward. */
export interface SessionWaiting extends Of<'sessionWaiting'> {
  /** The id of the session that it is to be. */
  readonly session: SessionId;
  /** What tells the session from those of all boards and times: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** Where the caller calls from. */
  readonly address: string;
  /** 1 is the next to get a node. */
  readonly place: number;
}
/** A caller has a node, and the login begins. */
export interface SessionOpened extends OfSession<'sessionOpened'> {
  /** What tells the session from those of all boards and times: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** Where the caller calls from. */
  readonly address: string;
}
/** Somebody tried to log in and may not: a wrong password, or a handle that is refused. */
export interface LoginAttemptFailed extends OfSession<'loginAttemptFailed'> {
  /** Where the caller calls from. */
  readonly address: string;
  /** What the caller typed as a handle: plain text, of 40 characters at most. Some type their password there. */
  readonly handle: string;
  /** Which try of the call it was, from 1. */
  readonly attempt: number;
}
/** It is known who is calling, and the app begins. */
export interface SessionAuthenticated extends OfSession<'sessionAuthenticated'> {
  /** What the caller is called. */
  readonly handle: string;
}
/** The caller was told that the call is about to end. */
export interface SessionWarned extends OfSession<'sessionWarned'> {
  /** What is about to end it. */
  readonly reason: 'idle' | 'time-limit';
  /** How long the caller has left, in milliseconds. */
  readonly inMs: number;
}
/** The ending is decided: the node is free and the caller is off the list of who is on line. */
export interface SessionClosing extends OfSession<'sessionClosing'> {
  /** Why it ends; there is never a second reason. */
  readonly reason: EndReason;
  /** What went wrong, of an `app-error` or a `connection-error`; of a `login-failed`, if the login could not be checked. */
  readonly error?: unknown;
}
/** The connection is gone. A caller who left the waiting room has node 0 and was never opened. */
export interface SessionClosed extends OfSession<'sessionClosed'> {
  /** What tells the session from those of all boards and times: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** Where the caller called from. */
  readonly address: string;
  /** Why it ended: that of {@link SessionClosing}. */
  readonly reason: EndReason;
  /** All bytes that came from the caller. */
  readonly bytesIn: number;
  /** All bytes that were sent to the caller. */
  readonly bytesOut: number;
  /** From opening (or from the start of the wait) to the end, in milliseconds. */
  readonly durationMs: number;
  /** False when output was still unsent as the line was cut. */
  readonly flushed: boolean;
}
/** A function that the board was given failed where no call was left to end for it. */
export interface CallbackFailed extends Of<'callbackFailed'> {
  /**
   * Which one: the teardown of the `app` or of `authenticate`; `trusted`, asked about a call that is over; a `connection` whose
   * session is over; or a `listener` of the events, of which only the first failure is told.
   */
  readonly callback: 'app' | 'authenticate' | 'trusted' | 'connection' | 'listener';
  /** The id of the session, if it was one's app or login. */
  readonly session?: SessionId;
  /** What it threw. */
  readonly error: unknown;
}
/** The board goes down: nobody is let in any more. */
export interface ServerDraining extends Of<'serverDraining'> {
  /** What it was told as the reason, such as `SIGTERM`. */
  readonly reason: string;
  /** Sessions on line as the shutdown began. */
  readonly sessions: number;
  /** How long those may stay, in milliseconds; `null` until the last has left. */
  readonly graceMs: number | null;
}
/** The last event: nobody is left. */
export interface ServerClosed extends Of<'serverClosed'>, ShutdownReport {}
/** The last event in the place of `serverClosed`: the board can't go on. The port is closed, and every connection destroyed. */
export interface ServerFailed extends Of<'serverFailed'> {
  /** Why it can't: what the Observable of the connections failed with, or a bug of the board. */
  readonly error: unknown;
}

/** How a shutdown went. */
export interface ShutdownReport {
  /** What the shutdown was told as the reason. */
  readonly reason: string;
  /** Sessions whose last words were sent. */
  readonly drained: number;
  /** Sessions that were cut off. */
  readonly forced: number;
  /** From the order to the last line's end, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Everything that happens on a board, in the past tense.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 * import { filter, scan } from 'rxjs';
 *
 * const impulse = createImpulse({ app: lobby() });
 * const refusals$ = impulse.event$.pipe(
 *   filter(({ type }) => type === 'connectionRefused'),
 *   scan((count) => count + 1, 0),
 * );
 * ```
 */
export type ServerEvent =
  | ServerListening
  | ConnectionRefused
  | AddressPenalised
  | SessionWaiting
  | SessionOpened
  | LoginAttemptFailed
  | SessionAuthenticated
  | SessionWarned
  | SessionClosing
  | SessionClosed
  | CallbackFailed
  | ServerDraining
  | ServerClosed
  | ServerFailed;
