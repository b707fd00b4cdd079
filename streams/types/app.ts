import type { Observable, SchedulerLike } from 'rxjs';
import type { Output } from './connection.js';
import type { Session, SessionId, SessionInfo, User } from './session.js';

/**
 * The sessions that have logged in, live. Lookups by handle use an index: only {@link Handles.values} takes
 * longer with more sessions.
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
export interface Handles<U extends User = User> {
  /** How many sessions have logged in. */
  readonly size: number;
  /** Iterates over the sessions by id, the oldest first. */
  values(): IterableIterator<SessionInfo<U>>;
  /** Returns the sessions with this handle, ignoring case; the oldest first. */
  named(handle: string): readonly SessionInfo<U>[];
  /** Returns a session whose handle can be mistaken for this one. */
  alike(handle: string): SessionInfo<U> | undefined;
  /** Returns the handles that start with `text`, ignoring case, sorted and without duplicates. */
  beginning(text: string): readonly string[];
}

/** What the board offers to apps and authenticators. */
export interface Services<U extends User = User> {
  /** Messages between sessions. */
  readonly bus: Bus;
  /** The sessions on line, live. */
  readonly sessions: ReadonlyMap<SessionId, SessionInfo<U>>;
  /** The sessions that have logged in, by handle. */
  readonly handles: Handles<U>;
  /**
   * The board's clock, virtual in tests. Pass it to `timer`, `delay` and so on. It doesn't jump when the
   * machine's clock is set.
   */
  readonly scheduler: SchedulerLike;
  /** Converts a time of `scheduler` to a date of the machine's clock as it is set now, for people to read. */
  readonly dateOf: (at: number) => Date;
}

/**
 * The program a caller talks to: takes a session and returns what is written to it. Completing hangs up. An
 * error ends this session and no other. When the session ends, `line$` completes and the app is unsubscribed.
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
export type App<U extends User = User> = (session: Session<U>, services: Services<U>) => Observable<Output>;

/**
 * Finds out who the caller is. The first user emitted is logged in. Completing without one hangs up. An error
 * ends the session.
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
export type Authenticator<U extends User = User> = (
  session: Session<U>,
  services: Services<U>,
) => Observable<U>;

/** A session's presence in a channel. */
export interface Visitor {
  /** The session's `callId`, not its `id`: several boards may share a bus. */
  readonly callId: string;
  /** The handle it shows in the channel. */
  readonly handle: string;
}

/** A visitor entered or left a channel. */
export interface Presence {
  /** Whether the visitor entered or left. */
  readonly type: 'entered' | 'left';
  /** The channel's name. */
  readonly channel: string;
  /** The visitor. */
  readonly visitor: Visitor;
}

/**
 * Messages between sessions, and presence in channels. A message can be any value; use JSON values if it may
 * go through a broker one day. Messages of one publisher arrive in order, and no listener waits for another.
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
   * Delivers a message to the current subscribers of the channel.
   *
   * @throws A {@link BusError} when listeners answer each other without end.
   */
  publish(channel: string, message: unknown): void;
  /** Emits the messages published to a channel from now on. Never completes. */
  channel$(name: string): Observable<unknown>;
  /** Adds the visitor to a channel until unsubscribed. Emits nothing and never completes. */
  enter(channel: string, visitor: Visitor): Observable<never>;
  /** Emits who enters and leaves a channel from now on. Never completes. */
  presence$(channel: string): Observable<Presence>;
  /**
   * Returns the visitors of each channel that has any, the earliest first. It is live and costs the same at
   * any size: copy what you keep.
   */
  present(): ReadonlyMap<string, ReadonlySet<Visitor>>;
}
