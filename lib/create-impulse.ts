import type { AddressInfo, Socket } from 'node:net';
import {
  map,
  merge,
  type Observable,
  ReplaySubject,
  Subject,
  type Subscriber,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { refused, refusedByError } from '../streams/admission/refused.js';
import { Stage, staged } from '../streams/rx/stage.js';
import type { Knock } from '../streams/types/admission.js';
import type { ServerEvent, ShutdownReport } from '../streams/types/events.js';
import type { SessionId, SessionInfo } from '../streams/types/session.js';
import { changedLimits, checkOptions, IMPULSE_OPTIONS } from './config/check-options.js';
import { listen } from './listener/listen.js';
import { proxiedCallers } from './listener/proxied-callers.js';
import { monotonic, processClock } from './process/monotonic.js';
import {
  DEFAULT_LIMITS,
  type LimitOptions,
  type SessionManagerOptions,
  sessionManager,
} from './session-manager.js';
import { type TelnetConnection, telnet } from './telnet/telnet.js';

/** A board and where it listens. */
export interface ImpulseOptions extends SessionManagerOptions {
  /** The address to listen on; `127.0.0.1` if left out, so that only this machine reaches the board. */
  readonly host?: string | undefined;
  /** The port to listen on; 2323 if left out, 0 for any that is free. */
  readonly port?: number | undefined;
  /** The descriptor of a TCP socket that was handed over to this process, to listen on instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /**
   * Which proxies tell in a PROXY header who calls (HAProxy's proxy-protocol.txt, v1 and v2). When given, every line must
   * come from one of them and begin with a header; the address in it is what all limits count.
   */
  readonly proxyFrom?: ((address: string) => boolean) | undefined;
  /** What the board is called, for crawlers that list boards (MSSP); `Impulse`, if left out. */
  readonly name?: string | undefined;
}

/** A telnet board. */
export interface Impulse {
  /**
   * Opens the board. Resolves with the address once it listens. Rejects when it can't (with the system's error,
   * `EADDRINUSE` for example): then {@link Impulse.event$} completes, and it may be started again. Rejects also when it was
   * started before, or was shut down.
   */
  start(): Promise<AddressInfo>;
  /**
   * Goes down with grace: no new callers, everybody is told, and whoever is still there after
   * `shutdownGraceMs` is sent home. Resolves when the last line is gone; calling it again is harmless. Rejects if
   * the board fails, or has.
   * @param how `force` cuts everybody off at once, in the middle of a grace too.
   */
  shutdown(reason?: string, how?: { force?: boolean }): Promise<ShutdownReport>;
  /**
   * Changes limits: for those who call from now on, and for those who wait. Whoever is on line stays, under the limits
   * that they came in with. `shutdownGraceMs` and `deadPeerTimeoutMs` stay as they were.
   *
   * @throws {@link OptionsError} for a limit that can't be used; all stay as they were then.
   */
  setLimits(limits: LimitOptions): void;
  /** Tells everybody who has logged in something, as the sysop. Returns how many they are. */
  broadcast(text: string): number;
  /** Ends a session (`kicked`). False if there is none of that id. */
  kick(id: SessionId): boolean;
  /**
   * Everything that happens, from the moment of subscribing on. Completes after `serverClosed` or `serverFailed`, when a start
   * fails, and when a shutdown comes before the start; never errors. A listener that throws is a `callbackFailed`, and harms nobody.
   */
  readonly event$: Observable<ServerEvent>;
  /** Who is on line, live. */
  readonly sessions: ReadonlyMap<SessionId, SessionInfo>;
}

/**
 * Makes a telnet board of an app: a function from a session's lines to its output.
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
export function createImpulse(given: ImpulseOptions): Impulse {
  checkOptions('createImpulse', given, IMPULSE_OPTIONS, ['app']);
  changedLimits('createImpulse', DEFAULT_LIMITS, given);
  const { host = '127.0.0.1', port = 2323, fd, name = 'Impulse', proxyFrom, ...options } = given;
  const manager = sessionManager(options);
  const stop = new Subject<void>();
  /** A start that failed; and, for whoever comes later too, a shutdown before there was anything to shut down. */
  const startFailed = new Subject<void>();
  const neverStarted = new ReplaySubject<void>(1);
  let started = false;
  let stopped = false;
  let hasListened = false;

  const { scheduler = monotonic, deadPeerTimeoutMs = DEFAULT_LIMITS.deadPeerTimeoutMs } = options;
  const startedAt = monotonic.now();
  const status = () => ({
    NAME: name,
    PLAYERS: manager.handles.size,
    // Asked for anew each time: the machine's clock may have been wrong when the board began.
    UPTIME: Math.floor(processClock.dateOf(startedAt).getTime() / 1000),
  });

  const arrival = (socket$: Observable<Socket>): Observable<Knock> =>
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
          staged((below: Subscriber<TelnetConnection>) => new Greeting(below)),
        );

  const run$ = listen({ host, port, fd, silenceMs: deadPeerTimeoutMs }).pipe(
    // Cancels a listener that isn't there yet; one that is has been closed by the board.
    takeUntil(stop),
    tap(() => {
      hasListened = true;
    }),
    switchMap(({ address, socket$ }) =>
      manager
        .run(socket$.pipe(arrival), {
          host: address.address,
          port: address.port,
        })
        .pipe(map((event) => ({ event, address }))),
    ),
  );

  return {
    event$: manager.event$.pipe(takeUntil(merge(startFailed, neverStarted))),
    sessions: manager.sessions,
    setLimits: manager.setLimits,
    broadcast: manager.broadcast,
    kick: (id) => manager.end(id, 'kicked'),
    start: () =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new Error(hasListened ? SHUT_DOWN : SHUT_DOWN_EARLY));
        if (started) return reject(new Error('the board was started before'));
        started = true;
        run$.subscribe({
          next: ({ event, address }) => event.type === 'serverListening' && resolve(address),
          error(error) {
            // Until it listens nothing has begun, and another try may do better.
            if (!hasListened) {
              started = false;
              startFailed.next();
            }
            reject(error);
          },
          complete: () => reject(new Error(SHUT_DOWN_EARLY)),
        });
      }),
    shutdown(reason, how) {
      stopped = true;
      const report = manager.shutdown(reason, how);
      stop.next();
      if (!hasListened) neverStarted.next();
      return report;
    },
  };
}

const SHUT_DOWN = 'the board was shut down; make another one';
const SHUT_DOWN_EARLY = 'the board was shut down before it listened';

/** Has all that is said to a newcomer in the turn of the call, telnet's offers and the greeting, go out as one packet. */
class Greeting extends Stage<TelnetConnection> {
  protected override _next(connection: TelnetConnection): void {
    connection.recognise();
    connection.batch(() => super._next(connection));
  }
}
