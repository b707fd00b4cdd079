import type { Observable, SchedulerLike } from 'rxjs';
import type { Output } from './connection.js';
import type { Session, SessionId, SessionInfo, User } from './session.js';

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
