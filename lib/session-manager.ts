import { randomUUID } from 'node:crypto';
import {
  catchError,
  concat,
  defer,
  filter,
  finalize,
  firstValueFrom,
  from,
  type MonoTypeOperatorFunction,
  map,
  type Observable,
  of,
  ReplaySubject,
  type SchedulerLike,
  Subject,
  tap,
  throwError,
} from 'rxjs';
import { embeddedBus } from '../streams/events/bus.js';
import { manager } from '../streams/manager.js';
import { inSlices } from '../streams/rx/in-slices.js';
import type { Call } from '../streams/session/call.js';
import { containConnection } from '../streams/session/contain-connection.js';
import { handleIndex } from '../streams/session/index-handles.js';
import type { ShutdownOrder } from '../streams/shutdown/drain.js';
import { sanitize } from '../streams/terminal/sanitize.js';
import type { ConnectionAttempt } from '../streams/types/admission.js';
import type { App, Authenticator, Bus, Handles } from '../streams/types/app.js';
import type {
  CallbackFailed,
  ServerEvent,
  ServerListening,
  ShutdownReport,
  TimedEvent,
} from '../streams/types/events.js';
import type { Limits } from '../streams/types/limits.js';
import type { SessionId, SessionInfo, User } from '../streams/types/session.js';
import { readOnly, SessionTable } from '../streams/types/session-table.js';
import { guest } from './accounts/guest.js';
import { folded, looksOf } from './accounts/handle.js';
import { changedLimits, checkOptions, LIMITS, MANAGER_OPTIONS } from './config/check-options.js';
import { containListeners } from './contain-listeners.js';
import { LifecycleError } from './errors.js';
import { monotonic, processClock } from './process/monotonic.js';
import { farewellsThatFit, openFilesLimit } from './process/open-files.js';
import { maxWidth } from './text/max-width.js';
import { messageOf } from './text/message-of.js';
import { width } from './text/width.js';
import { timed } from './timed.js';
import { decoded, encoded } from './transports/telnet/encodings.js';

/** Limits to set. One that is `undefined` or left out gets its default, or stays unchanged. */
export type LimitOptions = { readonly [Key in keyof Limits]?: Limits[Key] | undefined };

/** The options of a board without a listener. Every limit has a default: {@link DEFAULT_LIMITS}. */
export interface SessionManagerOptions<U extends User = User> extends LimitOptions {
  /** The program that callers talk to. */
  readonly app: App<U>;
  /** Authenticates callers. By default it asks for a handle and lets anyone in. */
  readonly authenticate?: Authenticator<U> | undefined;
  /** The bus that connects sessions. By default it works within this process. */
  readonly bus?: Bus | undefined;
  /** Whether an address is blocked. Called for each connection. */
  readonly blocked?: ((address: string) => boolean) | undefined;
  /** Whether an address is trusted: never blocked or throttled, and may use the reserved nodes. Called for each connection. */
  readonly trusted?: ((address: string) => boolean) | undefined;
  /** Whether callers must press ESC twice before anything else. False by default. */
  readonly gate?: boolean | undefined;
  /** The board's clock. A monotonic one by default. */
  readonly scheduler?: SchedulerLike | undefined;
  /** Returns a random number from 0 up to 1, for early drop. `Math.random` by default. */
  readonly random?: (() => number) | undefined;
}

/** A board without a listener. It serves connections from any source. */
export interface SessionManager<U extends User = User> {
  /**
   * All events from the subscription on. Completes after `serverClosed` or `serverFailed`; never errors. A
   * listener that throws causes a `callbackFailed`, and doesn't affect others.
   */
  readonly event$: Observable<TimedEvent>;
  /** The sessions on line; a live view. */
  readonly sessions: ReadonlyMap<SessionId, SessionInfo<U>>;
  /** The logged-in sessions by their handles; a live view. */
  readonly handles: Handles<U>;
  /** The bus that connects its sessions. */
  readonly bus: Bus;
  /**
   * Serves the connections while subscribed to, and emits the events. Errors, after a `serverFailed`, if the
   * source errors or the board has a bug; every connection is destroyed then. A connection that throws ends as
   * `connection-error`, and doesn't affect others.
   *
   * @throws A {@link LifecycleError} when it is called or subscribed to twice: a manager runs once.
   * @param listening The addresses of the listeners. For each, a `serverListening` is emitted first.
   */
  run(
    connection$: Observable<ConnectionAttempt>,
    ...listening: readonly Omit<ServerListening, 'type'>[]
  ): Observable<TimedEvent>;
  /**
   * Changes limits for new connections and for the waiting room. Sessions on line keep the limits
   * they started with. `shutdownGraceMs` doesn't change.
   *
   * @throws {@link OptionsError} for an invalid limit; then none is changed.
   */
  setLimits(limits: LimitOptions): void;
  /** Sends a text, as the sysop, to all callers who have logged in. Returns their number. */
  broadcast(text: string): number;
  /** Ends a session with the reason `kicked`. Returns false if there is no such session. */
  kick(id: SessionId): boolean;
  /**
   * Shuts down, at once with `force`, otherwise with a grace (`shutdownGraceMs`). Resolves when the last connection is
   * closed. Another call changes nothing, except that `force` cuts a grace short.
   *
   * @throws Rejects with the error of the `serverFailed` if the board fails or has failed.
   */
  shutdown(reason?: string, how?: { force?: boolean }): Promise<ShutdownReport>;
  /**
   * Resolves when the last connection is closed, for whatever reason.
   *
   * @throws Rejects with the error of the `serverFailed` if the board fails.
   */
  closed(): Promise<ShutdownReport>;
}

/** The default limits. */
export const DEFAULT_LIMITS: Limits = {
  maxSessions: 100,
  waitingRoom: 20,
  reserve: 0,
  maxUnauthenticated: { start: 10, rate: 30, full: 60 },
  maxPerAddress: 5,
  maxPerUser: 3,
  perUserPolicy: 'takeover',
  penalties: true,
  connectionRate: { count: 50, perMs: 1000, burst: 100 },
  connectionRatePerAddress: { count: 10, perMs: 60_000, burst: 10 },
  idleTimeoutMs: 600_000,
  idleWarningMs: 60_000,
  loginTimeoutMs: 60_000,
  deadPeerTimeoutMs: 120_000,
  sessionLimitMs: null,
  shutdownGraceMs: 10_000,
  inputRate: null,
  outputLimitBytes: 256 * 1024,
};

/**
 * Creates what {@link createImpulse} runs behind its listener, for connections that don't come over TCP, and for
 * specs.
 *
 * @throws {@link OptionsError} for an option that is missing, unknown or invalid.
 * @example
 * ```ts
 * import { NEVER } from 'rxjs';
 * import { createSessionManager } from 'impulse-bbs';
 *
 * const manager = createSessionManager({ app: (session) => session.line$, maxSessions: 5 });
 * manager.run(NEVER).subscribe((event) => console.log(event.type));
 * ```
 */
export function createSessionManager<U extends User = User>(
  options: SessionManagerOptions<U>,
): SessionManager<U>;
export function createSessionManager(options: SessionManagerOptions): SessionManager {
  checkOptions('createSessionManager', options, MANAGER_OPTIONS, ['app']);
  const { contained, calls, report, ...manager } = sessionManager(options);
  return {
    ...manager,
    run: (connection$, ...listening) => manager.run(connection$.pipe(contained), ...listening),
  };
}

/** A session manager for connections that never throw, and the operator that makes others so. */
interface TrustingManager extends SessionManager {
  /** Every call, including waiting ones. */
  readonly calls: ReadonlyMap<SessionId, Call>;
  /** Adds an event of the listener to the others. */
  report(event: ServerEvent): void;
  readonly contained: MonoTypeOperatorFunction<ConnectionAttempt>;
}

/**
 * Creates a session manager without checking the options.
 *
 * @param boardId Unique among all boards and runs.
 * @param maxConnections The limit of its `mergeMap`: connections for which there are descriptors.
 */
export function sessionManager(
  options: SessionManagerOptions,
  { boardId = randomUUID() as string, maxConnections = Number.POSITIVE_INFINITY } = {},
): TrustingManager {
  const { app, authenticate = guest, bus = embeddedBus(), scheduler = monotonic, ...more } = options;
  const { blocked = () => false, trusted = () => false, gate = false, random = Math.random, ...given } = more;
  const limits = changedLimits('createSessionManager', DEFAULT_LIMITS, given);
  const changes = new Subject<void>();
  const calls = new SessionTable<Call>();
  const sessions = new SessionTable<SessionInfo>();
  const handles = handleIndex({ folded, looksOf });
  const order = new ReplaySubject<ShutdownOrder>();
  const events = new Subject<TimedEvent>();
  const reports = new Subject<ServerEvent>();
  const failed = (callback: CallbackFailed['callback']) => (error: unknown) =>
    reports.next({ type: 'callbackFailed', callback, error });
  const listenerFailed = (error: unknown) => {
    // There may be no other listener.
    process.emitWarning(`a listener of the board's events failed: ${messageOf(error)}`, 'ListenerFailed');
    failed('listener')(error);
  };
  let runs = 0;

  const openFiles = openFilesLimit();
  const serve = manager({
    app,
    authenticate,
    limits,
    changed$: changes,
    policy: { blocked, trusted, gate, random },
    bus,
    screen: { decoded, encoded, width, maxWidth },
    maxConnections,
    maxFarewells: () => farewellsThatFit(limits, openFiles),
    scheduler,
    dateOf: scheduler === monotonic ? processClock.dateOf : (at) => new Date(at),
    boardId,
    report$: reports,
    order$: order,
    calls,
    sessions,
    handles,
  });
  const notRunning: ShutdownReport = { reason: 'not running', drained: 0, forced: 0, durationMs: 0 };
  const closed = firstValueFrom(events.pipe(map(reportOf), filter(isReport)), { defaultValue: notRunning });
  // Most programs never ask, so mark a rejection as handled.
  closed.catch(() => {});

  return {
    event$: containListeners(events, listenerFailed),
    sessions: readOnly(sessions),
    handles,
    calls,
    report: (event) => reports.next(event),
    bus,
    setLimits(changed) {
      checkOptions('setLimits', changed, LIMITS);
      Object.assign(limits, changedLimits('setLimits', limits, changed));
      changes.next();
    },
    contained: map((attempt) => containConnection(attempt, failed('connection'))),
    run(connection$, ...listening) {
      if (runs > 0) throw new LifecycleError('ALREADY_STARTED', RUNS_ONCE);
      runs += 1;
      // A given clock is run by its owner.
      const stopClock = scheduler === monotonic ? processClock.run() : () => {};
      const listening$ = from(listening.map((each): ServerEvent => ({ type: 'serverListening', ...each })));
      const event$ = onceOnly(concat(listening$, connection$.pipe(serve))).pipe(
        catchError((error) =>
          concat(
            of<ServerEvent>({ type: 'serverFailed', error }),
            throwError(() => error),
          ),
        ),
        map((event) => timed(event, scheduler.now())),
        tap((event) => events.next(event)),
        finalize(() => {
          stopClock();
          events.complete();
        }),
      );
      return containListeners(event$, listenerFailed);
    },
    broadcast(text) {
      const active = [...calls.values()].filter(({ state }) => state === 'active');
      const words = sanitize(text);
      inSlices(active, (call) => call.announce(words), scheduler).subscribe();
      return active.length;
    },
    kick(id) {
      const call = calls.get(id);
      call?.end('kicked');
      return call !== undefined;
    },
    shutdown(reason = 'shutdown', { force = false } = {}) {
      order.next({ reason, force });
      return runs === 0 ? Promise.resolve(notRunning) : closed;
    },
    closed: () => closed,
  };
}

/** Errors for all subscribers but the first. */
function onceOnly<T>(source$: Observable<T>): Observable<T> {
  let subscribed = false;
  return defer(() => {
    if (subscribed) throw new LifecycleError('ALREADY_STARTED', RUNS_ONCE);
    subscribed = true;
    return source$;
  });
}

const RUNS_ONCE = 'a session manager runs only once; create another one';

/** Returns the report of a `serverClosed`. Throws the error of a `serverFailed`. */
function reportOf(event: ServerEvent): ShutdownReport | null {
  if (event.type === 'serverFailed') throw event.error;
  if (event.type !== 'serverClosed') return null;
  const { reason, drained, forced, durationMs } = event;
  return { reason, drained, forced, durationMs };
}

const isReport = (report: ShutdownReport | null): report is ShutdownReport => report !== null;
