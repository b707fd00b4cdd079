import type { Socket } from 'node:net';
import {
  firstValueFrom,
  map,
  merge,
  type Observable,
  ReplaySubject,
  race,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { refused, refusedByError } from '../streams/admission/refused.js';
import type { ConnectionAttempt } from '../streams/types/admission.js';
import type { ShutdownReport, TimedEvent } from '../streams/types/events.js';
import type { SessionId, SessionInfo, User } from '../streams/types/session.js';
import { changedLimits, checkOptions, IMPULSE_OPTIONS } from './config/check-options.js';
import { LifecycleError, ListenError } from './errors.js';
import { monotonic, processClock } from './process/monotonic.js';
import { openFilesLimit } from './process/open-files.js';
import {
  DEFAULT_LIMITS,
  type LimitOptions,
  type SessionManagerOptions,
  sessionManager,
} from './session-manager.js';
import { messageOf } from './text/message-of.js';
import { listen } from './transports/tcp/listen.js';
import { proxiedCallers } from './transports/tcp/proxied-callers.js';
import { type Suspendable, suspendable } from './transports/tcp/suspendable.js';
import { greetInOnePacket } from './transports/telnet/greet-in-one-packet.js';
import { telnet } from './transports/telnet/telnet.js';

/** The options of a board that listens on a port. */
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
}

/** The address that a board listens on. */
export interface ListeningAddress {
  /** The IP address. */
  readonly address: string;
  /** `IPv4` or `IPv6`. */
  readonly family: string;
  /** The port: the free one that was taken, if the option was 0. */
  readonly port: number;
}

/** A telnet board. */
export interface Impulse<U extends User = User> {
  /**
   * Opens the board. Resolves with the address once it listens.
   *
   * @throws Rejects with a {@link ListenError} if it can't listen; {@link Impulse.event$} then completes, and
   * the board may be started again. Rejects with a {@link LifecycleError} if the board was started or shut
   * down before.
   */
  start(): Promise<ListeningAddress>;
  /**
   * Closes the port: new connections are refused by the system, so that a load balancer sends them elsewhere.
   * Sessions and waiting callers stay. Emits `serverSuspended`. Calling it again changes nothing.
   *
   * @throws A {@link LifecycleError} if the board doesn't listen (`NOT_STARTED`, `SHUT_DOWN`) or listens on an
   * inherited socket (`SOCKET_INHERITED`).
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
   * Opens the port of a suspended board again, at the same address. Emits `serverResumed`, and resolves with
   * the address; at once if the board isn't suspended.
   *
   * @throws Rejects with a {@link ListenError} if the port can't be opened; the board stays suspended. Rejects
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
}

/**
 * Creates a telnet board that runs `app` for each caller. An app is a function from a session to its output.
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
  const { host = '127.0.0.1', port = 2323, fd, name = 'Impulse', proxyFrom, ...options } = given;
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
  /** The port, once the board has listened. */
  let listening: Suspendable | undefined;
  /** Whether anyone would hear of a failure. */
  let isWatched = false;
  const watch = () => {
    isWatched = true;
  };

  const { scheduler = monotonic, deadPeerTimeoutMs = DEFAULT_LIMITS.deadPeerTimeoutMs } = options;
  const startedAt = monotonic.now();
  const status = () => ({
    NAME: name,
    PLAYERS: manager.handles.size,
    // Computed on each request: the wall clock may have been wrong when the board began.
    UPTIME: Math.floor(processClock.dateOf(startedAt).getTime() / 1000),
  });

  const arrival = (socket$: Observable<Socket>): Observable<ConnectionAttempt> =>
    proxyFrom
      ? socket$.pipe(
          proxiedCallers({ trusted: proxyFrom, scheduler }),
          map((arrived) => {
            const connection = telnet(arrived.socket, status, arrived.address);
            connection.recognise();
            if (arrived.kind === 'failed') return refusedByError(connection, arrived.error);
            return arrived.kind === 'caller'
              ? connection
              : refused(connection, 'proxy', undefined, arrived.why);
          }),
        )
      : socket$.pipe(
          map((socket) => telnet(socket, status)),
          greetInOnePacket(),
        );

  const run$ = listen({ host, port, fd, silenceMs: deadPeerTimeoutMs }).pipe(
    // Cancels an attempt to listen. The manager has closed a listener that is open.
    takeUntil(stop),
    switchMap((first) => {
      const { address } = first;
      const where = { host: address.address, port: address.port };
      listening = suspendable(first, listen({ ...where, silenceMs: deadPeerTimeoutMs }), {
        suspended: () => manager.report({ type: 'serverSuspended' }),
        resumed: () => manager.report({ type: 'serverResumed', ...where }),
      });
      return manager.run(listening.socket$.pipe(arrival), where).pipe(map((event) => ({ event, address })));
    }),
  );

  /** @throws A {@link LifecycleError} if the board doesn't listen, and isn't suspended. */
  const openPort = () => {
    if (stopped) throw shutDown(listening !== undefined);
    if (!listening) throw new LifecycleError('NOT_STARTED', 'the board does not listen yet');
    return listening;
  };

  return {
    event$: manager.event$.pipe(takeUntil(merge(startFailed, neverStarted)), tap({ subscribe: watch })),
    sessions: manager.sessions,
    setLimits: manager.setLimits,
    broadcast: manager.broadcast,
    kick: manager.kick,
    start: () =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(shutDown(listening !== undefined));
        if (started) return reject(new LifecycleError('ALREADY_STARTED', 'the board was started before'));
        started = true;
        run$.subscribe({
          next: ({ event, address }) => event.type === 'serverListening' && resolve(address),
          error(error) {
            if (listening) {
              if (!isWatched) warnOfFailure(error);
              return reject(error);
            }
            // Nothing has begun, so another start is allowed.
            started = false;
            startFailed.next();
            reject(notListening(error, host, port, fd));
          },
          complete: () => reject(shutDown(false)),
        });
      }),
    suspend() {
      const { suspend } = openPort();
      if (fd !== undefined)
        throw new LifecycleError('SOCKET_INHERITED', 'an inherited socket can not be opened again');
      suspend();
    },
    async resume() {
      const { address, resume } = openPort();
      try {
        await resume();
        return address;
      } catch (error) {
        throw error
          ? notListening(error as NodeJS.ErrnoException, address.address, address.port, undefined)
          : shutDown(true);
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

function notListening(
  cause: NodeJS.ErrnoException,
  host: string,
  port: number,
  fd: number | undefined,
): ListenError {
  const where = fd === undefined ? `${host} port ${port}` : `the inherited socket ${fd}`;
  const message = `the board can't listen on ${where}: ${messageOf(cause)}`;
  return new ListenError(message, { code: cause.code ?? 'UNKNOWN', host, port, cause });
}

const warnOfFailure = (error: unknown) =>
  process.emitWarning(
    `the board failed, and nothing listens to its events: ${messageOf(error)}`,
    'BoardFailed',
  );
