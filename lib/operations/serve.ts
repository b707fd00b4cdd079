import {
  BehaviorSubject,
  catchError,
  concatMap,
  config,
  defer,
  filter,
  finalize,
  firstValueFrom,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  switchMap,
  takeUntil,
  tap,
  throttleTime,
} from 'rxjs';
import { embeddedBus } from '../../streams/events/bus.js';
import { EMPTY_STATS, stats } from '../../streams/events/stats.js';
import { withBanner } from '../accounts/banner.js';
import { guestOf } from '../accounts/guest.js';
import { passwords } from '../accounts/passwords.js';
import { lobby } from '../apps/lobby/lobby.js';
import { networks, readNetworks } from '../config/networks.js';
import type { Config } from '../config/settings.js';
import { createImpulse, type Impulse } from '../create-impulse.js';
import { ListenError } from '../errors.js';
import { monotonic } from '../process/monotonic.js';
import { runStepsInTurns } from '../process/run-steps.js';
import { notifyManager } from '../process/service-manager.js';
import { isIgnored } from '../process/signals.js';
import { terminalWatch } from '../process/terminal.js';
import { watchdog } from '../process/watchdog.js';
import { messageOf, quotedMessageOf } from '../text/message-of.js';
import { closingTime, withClosingNotice } from './control/closing-time.js';
import { type Log, logEvents } from './log.js';
import { inUseBy } from './serve/in-use-by.js';
import { listenersOf } from './serve/listeners-of.js';
import { logDescriptors } from './serve/log-descriptors.js';
import {
  callIn,
  callInBy,
  cannotListen,
  cannotTakeOver,
  flagsOf,
  inUseByBoard,
  openToBots,
} from './serve/messages.js';
import { limitsOf, type Reread, reload } from './serve/reload.js';
import { startControl } from './serve/start-control.js';
import { startMetrics } from './serve/start-metrics.js';

/** How long the process may run after the grace. */
const WATCHDOG_MS = 2000;

/** The shortest time between two log lines about signals that change nothing. */
const LOG_EACH_MS = 1000;

/** The process-level parts of `impulse serve`. */
export interface ServeOptions {
  /** The descriptor of a socket to listen on, instead of the configured host and port. */
  readonly fd?: number | undefined;
  /** How to type the program, for messages. */
  readonly program?: string;
  /** Reads the configuration again. Throws, or rejects with, a `ConfigError` if it can't be used. */
  readonly reread?: () => Reread | Promise<Reread>;
  /** Returns whether the terminal that started the board is closed. */
  readonly terminalIsGone?: () => boolean;
  /** Ends a process that is still running after its shutdown. */
  readonly exit?: (code: number) => void;
}

/**
 * Runs the board of `impulse serve` until a signal, or until the closing time set through its control socket.
 * The first of these begins the shutdown, and a later SIGINT cuts it short. Other signals are only logged, at
 * most one a second. A SIGHUP rereads the configuration; if the terminal that started the board is closed, it
 * begins the shutdown instead.
 *
 * @param signal$ The signals of the process, from its start.
 * @returns The exit code: 0 after a drain, 130 if it was cut short, 1 if the board couldn't open or failed.
 */
export function serve(
  settings: Config,
  signal$: Observable<NodeJS.Signals>,
  log: Log,
  {
    fd,
    program = 'impulse',
    reread = () => ({ config: settings, warnings: [] }),
    terminalIsGone = terminalWatch(),
    exit = process.exit,
  }: ServeOptions = {},
): Promise<number> {
  const { port, name, banner, passwords: accounts } = settings;
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) =>
    log.error('listenerFailed', `a listener failed: ${quotedMessageOf(error)}`);
  const authenticate = withBanner(banner, accounts === null ? guestOf(name) : passwords(accounts));
  let [blocked, trusted] = [networks(settings.block), networks(settings.allow)];
  const limits = limitsOf(settings);
  const isHangup = (signal: NodeJS.Signals) => signal === 'SIGHUP' && !terminalIsGone();
  const bus = embeddedBus();
  const impulse: Impulse = createImpulse({
    ...limits,
    name,
    listeners: listenersOf(
      settings,
      {
        fd,
        reread$: signal$.pipe(filter(isHangup)),
        status: () => impulse.status(),
        isReady: () => figures.value.phase === 'open',
      },
      log,
    ),
    blocked: (address) => blocked(address),
    trusted: (address) => trusted(address),
    gate: settings.gate === 'esc',
    bus,
    app: withClosingNotice(lobby(), () => closing.leftMs),
    authenticate,
  });
  logEvents(impulse.event$, log).subscribe();
  notifyManager(impulse.event$).subscribe((problem) => log.warn('managerNotTold', problem));

  const closing = closingTime(impulse, monotonic);
  const figures = new BehaviorSubject(EMPTY_STATS);
  if (settings.control !== null || settings.metricsPort !== null || settings.webHealth)
    impulse.event$.pipe(stats(impulse.sessions)).subscribe(figures);

  const apply = async (now: Config) => {
    const changed = [
      await runStepsInTurns(readNetworks(now.block)),
      await runStepsInTurns(readNetworks(now.allow)),
    ] as const;
    impulse.setLimits(limitsOf(now));
    [blocked, trusted] = changed;
  };
  const reloaded$ = signal$.pipe(
    filter(isHangup),
    concatMap(() => reload(settings, reread, apply, log)),
    ignoreElements(),
  );
  const closing$ = closing.news$.pipe(
    filter(({ type }) => type === 'countdownEnded'),
    map(() => 'drain'),
  );
  const ignored$ = signal$.pipe(
    filter(isIgnored),
    throttleTime(LOG_EACH_MS, monotonic),
    tap((signal) => log.info('signalIgnored', `${signal}: ignored`)),
    ignoreElements(),
  );
  const order$ = merge(signal$.pipe(filter((signal) => !isIgnored(signal) && !isHangup(signal))), closing$);

  const started$ = defer(() => impulse.start()).pipe(
    tap(({ address, port }) => {
      log.info('callIn', callIn(program, address, port, fd));
      for (const other of impulse.addresses.slice(1))
        log.info('callIn', callInBy(program, other, settings.webTls));
      const warning = openToBots(address, settings);
      if (warning) log.warn('openToBots', warning);
    }),
    ignoreElements(),
    takeUntil(order$),
    catchError(async (error) => {
      if (!(error instanceof ListenError)) throw error;
      const { code, host: where, port: its } = error;
      const cause = error.cause as NodeJS.ErrnoException;
      if (fd !== undefined && its === port) throw new Error(cannotTakeOver(cause));
      const board = code === 'EADDRINUSE' ? await inUseBy(its, settings.control) : null;
      throw new Error(
        board
          ? inUseByBoard(program, where, its, board)
          : cannotListen(cause, where, its, flagsOf(settings, its)),
      );
    }),
  );
  const opened$ = startMetrics(settings, impulse.event$, () => figures.value, log).pipe(
    switchMap(() => started$),
    catchError((error) => {
      log.error('startFailed', messageOf(error));
      return of(1);
    }),
  );
  const controlled$ = startControl(
    settings.control,
    { impulse, bus, closing, stats: () => figures.value },
    log,
  );

  const stopped$ = order$.pipe(
    map((order, index) => ({ order, first: index === 0, force: index > 0 && order === 'SIGINT' })),
    tap(({ order, first, force }) => {
      if (first && limits.shutdownGraceMs !== null) guard(limits.shutdownGraceMs + WATCHDOG_MS, log, exit);
      if (first && order === 'SIGINT') log.info('howToForce', 'press Ctrl-C again to end all sessions now');
      if (!first && !force) log.info('signalRepeated', `${order} again: already going down`);
    }),
    filter(({ first, force }) => first || force),
    switchMap(({ order, force }) =>
      from(impulse.shutdown(order, { force })).pipe(
        map(() => (force ? 130 : 0)),
        // The board failed during the shutdown; its error is in the log.
        catchError(() => of(1)),
      ),
    ),
  );

  const failed$ = impulse.event$.pipe(
    filter(({ type }) => type === 'serverFailed'),
    map(() => 1),
  );

  return firstValueFrom(
    merge(failed$, stopped$, controlled$, opened$, reloaded$, ignored$, logDescriptors(log)).pipe(
      finalize(() => {
        config.onUnhandledError = before;
      }),
    ),
  );
}

/** Logs the handles that keep the process alive after its shutdown, and ends it. */
function guard(afterMs: number, log: Log, exit: (code: number) => void): void {
  watchdog(afterMs, { report: (line) => log.error('shutdownStuck', line), exit });
}
