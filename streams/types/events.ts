import type { RefusalDetail, RefusalReason } from './admission.js';
import type { EndReason, SessionId } from './session.js';

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
