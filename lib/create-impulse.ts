import {
  endWith,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  type Observable,
  ReplaySubject,
  race,
  Subject,
  switchMap,
  takeUntil,
  tap,
  zip,
} from 'rxjs';
import type { ConnectionAttempt } from '../streams/types/admission.js';
import type { ShutdownReport, TimedEvent } from '../streams/types/events.js';
import type { SessionId, SessionInfo, User } from '../streams/types/session.js';
import { changedLimits, checkOptions, IMPULSE_OPTIONS } from './config/check-options.js';
import { LifecycleError, OptionsError } from './errors.js';
import { monotonic, processClock } from './process/monotonic.js';
import { openFilesLimit } from './process/open-files.js';
import {
  DEFAULT_LIMITS,
  type LimitOptions,
  type SessionManagerOptions,
  sessionManager,
} from './session-manager.js';
import { messageOf } from './text/message-of.js';
import type { Listener, Listening, ListeningAddress } from './transports/listener.js';
import { opened } from './transports/opened.js';
import { type Suspendable, suspendable } from './transports/suspendable.js';
import { telnet } from './transports/telnet/telnet.js';

/** The options of a board that listens on ports. */
export interface ImpulseOptions<U extends User = User> extends SessionManagerOptions<U> {
  /** The address to listen on. Defaults to `127.0.0.1`, which only this machine can reach. */
  readonly host?: string | undefined;
  /** The port to listen on. Defaults to 2323; 0 takes any free port. */
  readonly port?: number | undefined;
  /** The descriptor of an inherited TCP socket to listen on, instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /**
   * Returns whether the proxy at this address is trusted to name the caller in a PROXY header (HAProxy's
   * proxy-protocol.txt, v1 and v2). When given, every connection must come from a trusted proxy and begin
   * with a header. All limits count the address in the header.
   */
  readonly proxyFrom?: ((address: string) => boolean) | undefined;
  /** The board's name, for crawlers that list boards (MSSP). Defaults to `Impulse`. */
  readonly name?: string | undefined;
  /**
   * Where callers come in: {@link telnet}, {@link tls}, or transports of your own. They take the place of `host`,
   * `port`, `fd` and `proxyFrom`, which are for telnet alone. All share the sessions, the limits and the
   * shutdown.
   */
  readonly listeners?: readonly Listener[] | undefined;
}

/** An address that a board listens on, and what is spoken there. */
export interface BoardAddress extends ListeningAddress {
  /** The transport: {@link Listening.transport}. */
  readonly transport: string;
}

/** A board. */
export interface Impulse<U extends User = User> {
  /**
   * Opens the board. Resolves with the address once it listens; with that of the first listener, if there are
   * several.
   *
   * @throws Rejects with a {@link ListenError} if it can't listen; no port stays open, {@link Impulse.event$} then
   * completes, and the board may be started again. Rejects with a {@link LifecycleError} if the board was started or shut
   * down before.
   */
  start(): Promise<ListeningAddress>;
  /**
   * Closes the ports: new connections are refused by the system, so that a load balancer sends them elsewhere.
   * Sessions and waiting callers stay. Emits `serverSuspended`. Calling it again changes nothing.
   *
   * @throws A {@link LifecycleError} if the board doesn't listen (`NOT_STARTED`, `SHUT_DOWN`), or if a port can't
   * be opened again (`SOCKET_INHERITED`): an inherited socket, or a listener without `again$`.
   * @example
   * ```ts
   * import { createImpulse, lobby } from 'impulse-bbs';
   *
   * const impulse = createImpulse({ app: lobby(), port: 0 });
   * await impulse.start();
   * impulse.suspend();
   * const { port } = await impulse.resume();
   * console.log(`open again on port ${port}`);
   * await impulse.shutdown();
   * ```
   */
  suspend(): void;
  /**
   * Opens the ports of a suspended board again, at the same addresses. Emits `serverResumed`, and resolves with
   * the address; at once if the board isn't suspended.
   *
   * @throws Rejects with a {@link ListenError} if a port can't be opened; the board stays suspended. Rejects
   * with a {@link LifecycleError} if the board wasn't started (`NOT_STARTED`) or is shut down (`SHUT_DOWN`).
   */
  resume(): Promise<ListeningAddress>;
  /**
   * Shuts down gracefully. New callers are refused, callers on line are told, and sessions that are still
   * open after `shutdownGraceMs` are ended. Resolves when the last connection is closed. Calling it again is
   * harmless.
   *
   * @param how `force` ends all sessions at once, also during a grace.
   * @throws Rejects with the error of the `serverFailed` if the board fails or has failed.
   */
  shutdown(reason?: string, how?: { force?: boolean }): Promise<ShutdownReport>;
  /**
   * Resolves when the board is down, for whatever reason. It is how the program that started a board learns
   * that it failed later.
   *
   * @throws Rejects with the error of the `serverFailed` if the board fails.
   * @example
   * ```ts
   * import { createImpulse, lobby } from 'impulse-bbs';
   *
   * const impulse = createImpulse({ app: lobby(), port: 0 });
   * await impulse.start();
   * const stop = () => void impulse.shutdown();
   * setTimeout(stop, 1000);
   * console.log(await impulse.closed());
   * ```
   */
  closed(): Promise<ShutdownReport>;
  /**
   * Changes limits for new and waiting callers. Sessions that are open keep the limits they began with.
   * `shutdownGraceMs` and `deadPeerTimeoutMs` can't be changed.
   *
   * @throws {@link OptionsError} for a limit that can't be used; no limit is changed then.
   */
  setLimits(limits: LimitOptions): void;
  /** Sends a text from the sysop to all callers who have logged in. Returns their number. */
  broadcast(text: string): number;
  /** Ends a session with the reason `kicked`. Returns false if there is no such session. */
  kick(id: SessionId): boolean;
  /**
   * The events of the board, from subscription on. Completes after `serverClosed` or `serverFailed`, after a
   * failed start, and after a shutdown before the start. Never errors. An error thrown by a subscriber
   * becomes a `callbackFailed` event and affects no other subscriber.
   */
  readonly event$: Observable<TimedEvent>;
  /** The open sessions, live. */
  readonly sessions: ReadonlyMap<SessionId, SessionInfo<U>>;
  /** Returns the board's name, its number of callers and its start, for crawlers (MSSP): a {@link Status}. */
  status(): Record<string, string | number>;
  /** Where the board listens, in the order of the listeners. Empty until it has started. */
  readonly addresses: readonly BoardAddress[];
}

/**
 * Creates a board that runs `app` for each caller. An app is a function from a session to its output. The board
 * listens for telnet, unless it is given other listeners.
 *
 * @throws {@link OptionsError} for an option that is missing, unknown or can't be used.
 * @example
 * ```ts
 * import { createImpulse } from 'impulse-bbs';
 * import { concat, map, of } from 'rxjs';
 *
 * const impulse = createImpulse({
 *   port: 0,
 *   app: (session) =>
 *     concat(of(`Hello, ${session.user?.handle}!\n`), session.line$.pipe(map((line) => `You said: ${line}\n`))),
 * });
 * impulse.event$.subscribe((event) => console.log(event));
 * const { port } = await impulse.start();
 * console.log(`telnet 127.0.0.1 ${port}`);
 * await impulse.shutdown();
 * ```
 */
export function createImpulse<U extends User = User>(options: ImpulseOptions<U>): Impulse<U>;
export function createImpulse(given: ImpulseOptions): Impulse {
  checkOptions('createImpulse', given, IMPULSE_OPTIONS, ['app']);
  changedLimits('createImpulse', DEFAULT_LIMITS, given);
  const { host, port, fd, name = 'Impulse', proxyFrom, listeners, ...options } = given;
  if (listeners) checkAlone(given);
  const manager = sessionManager(options, { maxConnections: openFilesLimit() ?? undefined });
  const stop = new Subject<void>();
  /**
   * Emits when a start fails. `neverStarted` replays, so that late subscribers see a shutdown before the
   * start too.
   */
  const startFailed = new Subject<void>();
  const neverStarted = new ReplaySubject<Promise<ShutdownReport>>(1);
  let started = false;
  let stopped = false;
  /** The ports, once the board has listened. */
  let listening: Suspendable<unknown> | undefined;
  let addresses: readonly BoardAddress[] = [];
  let canOpenAgain = false;
  /** Whether anyone would hear of a failure. */
  let isWatched = false;
  const watch = () => {
    isWatched = true;
  };

  const { scheduler, deadPeerTimeoutMs } = options;
  const startedAt = monotonic.now();
  const status = (): Record<string, string | number> => ({
    NAME: name,
    PLAYERS: manager.handles.size,
    // Computed on each request: the wall clock may have been wrong when the board began.
    UPTIME: Math.floor(processClock.dateOf(startedAt).getTime() / 1000),
  });

  const doors = listeners ?? [telnet({ host, port, fd, proxyFrom, status, deadPeerTimeoutMs, scheduler })];
  const run$ = zip(doors.map(opened)).pipe(
    // Cancels an attempt to listen. The manager has closed a listener that is open.
    takeUntil(stop),
    switchMap((first) => {
      addresses = first.map(({ transport, address }) => ({ ...address, transport }));
      const where = addresses.map(({ transport, address, port }) => ({ transport, host: address, port }));
      const again = first.flatMap(({ again$ }) => again$ ?? []);
      canOpenAgain = again.length === first.length;
      const ports = suspendable(connectionsOf(first), zip(again.map(opened)).pipe(map(connectionsOf)), {
        suspended: () => manager.report({ type: 'serverSuspended' }),
        resumed: () => {
          for (const each of where) manager.report({ type: 'serverResumed', ...each });
        },
      });
      listening = ports;
      return manager.run(ports.connection$, ...where);
    }),
    takeUntil(manager.event$.pipe(ignoreElements(), endWith(null))),
  );

  const firstAddress = () => {
    const [{ transport, ...address } = NOWHERE] = addresses;
    return address;
  };
  /** @throws A {@link LifecycleError} if the board doesn't listen, and isn't suspended. */
  const openPorts = () => {
    if (stopped) throw shutDown(listening !== undefined);
    if (!listening) throw new LifecycleError('NOT_STARTED', 'the board does not listen yet');
    return listening;
  };

  return {
    event$: manager.event$.pipe(takeUntil(merge(startFailed, neverStarted)), tap({ subscribe: watch })),
    sessions: manager.sessions,
    status,
    get addresses() {
      return addresses;
    },
    setLimits: manager.setLimits,
    broadcast: manager.broadcast,
    kick: manager.kick,
    start: () =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(shutDown(listening !== undefined));
        if (started) return reject(new LifecycleError('ALREADY_STARTED', 'the board was started before'));
        started = true;
        run$.subscribe({
          next: ({ type }) => type === 'serverListening' && resolve(firstAddress()),
          error(error) {
            if (listening) {
              if (!isWatched) warnOfFailure(error);
              return reject(error);
            }
            // Nothing has begun, so another start is allowed.
            started = false;
            startFailed.next();
            reject(error);
          },
          complete: () => reject(shutDown(false)),
        });
      }),
    suspend() {
      const { suspend } = openPorts();
      if (!canOpenAgain) throw new LifecycleError('SOCKET_INHERITED', CANNOT_OPEN_AGAIN);
      suspend();
    },
    async resume() {
      try {
        await openPorts().resume();
        return firstAddress();
      } catch (error) {
        throw error ?? shutDown(true);
      }
    },
    shutdown(reason, how) {
      stopped = true;
      watch();
      const report = manager.shutdown(reason, how);
      stop.next();
      if (!listening) neverStarted.next(report);
      return report;
    },
    closed() {
      watch();
      return firstValueFrom(race(manager.closed(), neverStarted.pipe(switchMap((report) => report))));
    },
  };
}

const shutDown = (hasListened: boolean) =>
  new LifecycleError(
    'SHUT_DOWN',
    hasListened
      ? 'the board was shut down; create another one'
      : 'the board was shut down before it listened',
  );

const NOWHERE: BoardAddress = { transport: '', address: '', family: '', port: 0 };

const CANNOT_OPEN_AGAIN =
  'the board listens on a port that it could not open again, such as an inherited socket';

const connectionsOf = (listening: readonly Listening[]): Observable<ConnectionAttempt> =>
  merge(...listening.map(({ connection$ }) => connection$));

/** @throws {@link OptionsError} if both listeners and the options of the one for telnet were given. */
function checkAlone(given: ImpulseOptions): void {
  for (const option of ['host', 'port', 'fd', 'proxyFrom'] as const) {
    if (given[option] === undefined) continue;
    throw new OptionsError(`${option} (from createImpulse) is for telnet alone: give it to a listener`, {
      code: 'OPTION_INVALID',
      option,
      value: given[option],
      allowed: 'nothing beside listeners',
    });
  }
}

const warnOfFailure = (error: unknown) =>
  process.emitWarning(
    `the board failed, and nothing listens to its events: ${messageOf(error)}`,
    'BoardFailed',
  );
