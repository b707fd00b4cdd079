import type { RefusalDetail } from './admission.js';
import type { RefusalReason } from './refusal-reason.js';
import type { EndReason, SessionId } from './session.js';

interface Of<Type extends string> {
  /** The type of the event; discriminates the union. */
  readonly type: Type;
}

interface ByTransport {
  /** The transport: `telnet`, `tls`, `web`, `ssh`, or the name of one of your own, if it has one. */
  readonly transport?: string;
}

interface OfSession<Type extends string> extends Of<Type> {
  /** The session's id. */
  readonly session: SessionId;
  /** The session's node, now or at the end. */
  readonly node: number;
}

/** The board accepts connections. Emitted for each listener. */
export interface ServerListening extends Of<'serverListening'>, ByTransport {
  /** The address it listens on. */
  readonly host: string;
  /** The actual port, also if port 0 was asked for. */
  readonly port: number;
}

/** The board's ports were closed, for a while. Sessions and waiting callers stay. */
export interface ServerSuspended extends Of<'serverSuspended'> {}

/** The board's port is open again. Emitted for each listener. */
export interface ServerResumed extends Of<'serverResumed'>, ByTransport {
  /** The address it listens on. */
  readonly host: string;
  /** The port. */
  readonly port: number;
}

/** A connection was refused. */
export interface ConnectionRefused extends Of<'connectionRefused'>, ByTransport {
  /** The caller's address. */
  readonly address: string;
  /** The reason for the refusal. */
  readonly reason: RefusalReason;
  /** Details of the reason; most reasons have none. */
  readonly detail?: RefusalDetail;
  /** The protocol that the caller spoke, for `wrong-protocol`. */
  readonly protocol?: string;
  /** The error, for `error`. */
  readonly error?: unknown;
}

/** An address committed too many offences, and is refused for a while. */
export interface AddressPenalised extends Of<'addressPenalised'> {
  /** The address of the last offence. */
  readonly address: string;
  /** What is refused: the IPv4 address, or the /64, /56 or /48 of the IPv6 address. */
  readonly network: string;
  /**
   * The last offence: `no-login`, `login-timeout`, `login-failed`, `flood`, `knocking`, `protocol` or
   * `wrong-protocol`.
   */
  readonly offence: string;
  /** How long it is refused, in milliseconds. */
  readonly forMs: number;
}

/** A caller waits for a node. Emitted again at each step forward. */
export interface SessionWaiting extends Of<'sessionWaiting'>, ByTransport {
  /** The id that the session will have. */
  readonly session: SessionId;
  /** The session's globally unique id: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** The caller's address. */
  readonly address: string;
  /** The position in the waiting room; 1 is next. */
  readonly position: number;
}

/** A caller got a node, and the login begins. */
export interface SessionOpened extends OfSession<'sessionOpened'>, ByTransport {
  /** The session's globally unique id: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** The caller's address. */
  readonly address: string;
}

/** A login attempt failed: a wrong password, or a handle that isn't allowed. */
export interface LoginAttemptFailed extends OfSession<'loginAttemptFailed'> {
  /** The caller's address. */
  readonly address: string;
  /** The handle typed: plain text, at most 40 characters. Some callers type their password here. */
  readonly handle: string;
  /** The number of the attempt in this session, from 1. */
  readonly attempt: number;
}

/** The caller has logged in, and the app begins. */
export interface SessionAuthenticated extends OfSession<'sessionAuthenticated'> {
  /** The caller's handle. */
  readonly handle: string;
}

/** The caller was warned that the session is about to end. */
export interface SessionWarned extends OfSession<'sessionWarned'> {
  /** The limit that is about to end it. */
  readonly reason: 'idle' | 'time-limit';
  /** The time left, in milliseconds. */
  readonly inMs: number;
}

/** The reason is settled, the node is free, and the session is no longer listed as on line. */
export interface SessionClosing extends OfSession<'sessionClosing'> {
  /** Why it ends. It never changes. */
  readonly reason: EndReason;
  /**
   * The error, for `app-error` and `connection-error`; for `login-failed`, if the login couldn't be
   * checked.
   */
  readonly error?: unknown;
}

/** The connection is gone. A caller who left the waiting room has node 0 and was never opened. */
export interface SessionClosed extends OfSession<'sessionClosed'>, ByTransport {
  /** The session's globally unique id: {@link SessionInfo.callId}. */
  readonly callId: string;
  /** The caller's address. */
  readonly address: string;
  /** Why it ended: the reason of {@link SessionClosing}. */
  readonly reason: EndReason;
  /** All bytes received from the caller. */
  readonly bytesIn: number;
  /** All bytes sent to the caller. */
  readonly bytesOut: number;
  /** From the opening (or the start of the wait) to the end, in milliseconds. */
  readonly durationMs: number;
  /** False if output was still unsent when the connection was cut. */
  readonly flushed: boolean;
}

/** A callback threw, and there was no session left to end because of it. */
export interface CallbackFailed extends Of<'callbackFailed'> {
  /**
   * The callback: the teardown of the `app` or of `authenticate`; `trusted`, asked about a finished session;
   * a `connection` whose session is over; or a `listener` of the events (only its first failure is reported).
   */
  readonly callback: 'app' | 'authenticate' | 'trusted' | 'connection' | 'listener';
  /** The session's id, for an app or an authenticator. */
  readonly session?: SessionId;
  /** The error it threw. */
  readonly error: unknown;
}

/** The shutdown has begun: new connections are refused. */
export interface ServerDraining extends Of<'serverDraining'> {
  /** The reason given for the shutdown, such as `SIGTERM`. */
  readonly reason: string;
  /** Sessions on line when the shutdown began. */
  readonly sessions: number;
  /** How long they may stay, in milliseconds; `null` for as long as they like. */
  readonly graceMs: number | null;
}

/** The last event of a shutdown: all connections are gone. */
export interface ServerClosed extends Of<'serverClosed'>, ShutdownReport {}

/**
 * The last event of a crash, in place of `serverClosed`: the port is closed and every connection
 * destroyed.
 */
export interface ServerFailed extends Of<'serverFailed'> {
  /** The error of the connections' Observable, or a bug in the board. */
  readonly error: unknown;
}

/** The outcome of a shutdown. */
export interface ShutdownReport {
  /** The reason given for the shutdown. */
  readonly reason: string;
  /** Sessions whose output was sent completely. */
  readonly drained: number;
  /** Sessions that were cut off. */
  readonly forced: number;
  /** From the order to the end of the last connection, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Everything that happens on a board, named in the past tense.
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
  | ServerSuspended
  | ServerResumed
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

/**
 * An event with its time. `JSON.stringify` writes it with its `error`, which becomes an object with `name`,
 * `message`, `stack` and, if it has one, `code`.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 *
 * createImpulse({ app: lobby() }).event$.subscribe((event) => {
 *   console.log(new Date(event.at).toISOString(), JSON.stringify(event));
 * });
 * ```
 */
export type TimedEvent = ServerEvent & {
  /**
   * When it happened, in milliseconds since 1970 by the board's clock, which doesn't jump when the machine's
   * clock is set.
   */
  readonly at: number;
};
