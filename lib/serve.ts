import { isIPv6 } from 'node:net';
import {
  catchError,
  config,
  defer,
  filter,
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
} from 'rxjs';
import type { Limits } from '../streams/types.js';
import { ConfigError } from './config/config.js';
import { networks } from './config/networks.js';
import { type Config, SETTINGS } from './config/settings.js';
import { createImpulse } from './create-impulse.js';
import { lobby } from './lobby/lobby.js';
import { type Log, logEvents } from './log.js';
import { greeted } from './login/banner.js';
import { guest } from './login/guest.js';
import { passwords } from './login/passwords.js';
import { messageOf } from './message-of.js';
import { descriptors } from './process/descriptors.js';
import { notifyManager } from './process/service-manager.js';
import { watchdog } from './process/watchdog.js';

/** How long after the grace the process may take to be gone. */
const WATCHDOG_MS = 2000;

/** What `impulse serve` needs of its process. */
export interface ServeOptions {
  /** The descriptor of a socket to listen on, instead of the host and port of the configuration. */
  readonly fd?: number | undefined;
  /** Reads the configuration again; throws a {@link ConfigError} if it can't be used. */
  readonly reread?: () => Config;
  /** Ends a process that outlasts its shutdown. */
  readonly exit?: (code: number) => void;
}

/**
 * Runs the board that `impulse serve` is, until a signal. The first one begins the shutdown; a SIGINT after it
 * cuts that short; any other is only logged. A SIGHUP rereads the configuration.
 *
 * @param signal$ Signals of the process, from its very start.
 * @returns The exit code: 0 when drained, 130 when cut short, 1 when the board couldn't open.
 */
export function serve(
  settings: Config,
  signal$: Observable<NodeJS.Signals>,
  log: Log,
  { fd, reread = () => settings, exit = process.exit }: ServeOptions = {},
): Promise<number> {
  const { host, port, name, banner, passwords: accounts } = settings;
  config.onUnhandledError = (error) => log.error('listenerFailed', `a listener failed: ${messageOf(error)}`);
  const authenticate = greeted(banner, accounts === null ? guest : passwords(accounts));
  let [blocked, trusted] = [networks(settings.block), networks(settings.allow)];
  const limits = limitsOf(settings);
  const impulse = createImpulse({
    ...limits,
    host,
    port,
    ...(fd === undefined ? {} : { fd }),
    name,
    blocked: (address) => blocked(address),
    trusted: (address) => trusted(address),
    gate: settings.gate === 'esc',
    ...(settings.proxyFrom.length > 0 ? { proxyFrom: networks(settings.proxyFrom) } : {}),
    app: lobby(),
    authenticate,
  });
  logEvents(impulse.event$, log).subscribe();
  notifyManager(impulse.event$).subscribe((problem) => log.warn('managerNotTold', problem));

  /** All of it or nothing: a file that can't be used leaves everything as it is. */
  const reload = () => {
    try {
      const now = reread();
      impulse.setLimits(limitsOf(now));
      [blocked, trusted] = [networks(now.block), networks(now.allow)];
      log.info('configReread', 'read the configuration again; it is in force for new callers');
      const stuck = NEEDS_RESTART.filter((key) => `${now[key]}` !== `${settings[key]}`).map(
        (key) => SETTINGS[key].name,
      );
      if (stuck.length > 0)
        log.warn('configStuck', `${stuck.join(', ')}: as it was until the board is started again`);
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
      for (const problem of problems) log.error('configRefused', `the old configuration stays: ${problem}`);
    }
  };
  const reloaded$ = signal$.pipe(
    filter((signal) => signal === 'SIGHUP'),
    tap(reload),
    ignoreElements(),
  );
  const order$ = signal$.pipe(filter((signal) => signal !== 'SIGHUP'));
  const descriptors$ = descriptors().pipe(
    tap((free) =>
      free
        ? log.info('descriptorsFree', 'descriptors are free again: callers get in')
        : log.error(
            'descriptorsGone',
            'out of file descriptors: who calls now is hung up on; raise ulimit -n',
          ),
    ),
    ignoreElements(),
  );

  const opened$ = defer(() => impulse.start()).pipe(
    tap((address) => log.info('callIn', callIn(address.address, address.port, fd))),
    ignoreElements(),
    takeUntil(order$),
    catchError((error) => {
      log.error('startFailed', cannotListen(error, host, port, fd));
      return of(1);
    }),
  );

  const stopped$ = order$.pipe(
    map((signal, index) => ({ signal, first: index === 0, force: index > 0 && signal === 'SIGINT' })),
    tap(({ signal, first, force }) => {
      if (first && limits.shutdownGraceMs !== null) guard(limits.shutdownGraceMs + WATCHDOG_MS, log, exit);
      if (first && signal === 'SIGINT') log.info('howToForce', 'Ctrl-C once more cuts everybody off');
      if (!first && !force) log.info('signalRepeated', `${signal} again: already going down`);
    }),
    filter(({ first, force }) => first || force),
    switchMap(({ signal, force }) =>
      from(impulse.shutdown(signal, { force })).pipe(map(() => (force ? 130 : 0))),
    ),
  );

  return firstValueFrom(merge(stopped$, opened$, reloaded$, descriptors$));
}

/** What is only looked at when the board is started. */
const NEEDS_RESTART = [
  'host',
  'port',
  'name',
  'banner',
  'passwords',
  'gate',
  'proxyFrom',
  'deadPeerTimeoutMs',
  'shutdownGraceMs',
  'logLevel',
  'logFormat',
] as const satisfies readonly (keyof Config)[];

/** What of the configuration are limits. */
function limitsOf(settings: Config): Limits {
  const {
    host,
    port,
    name,
    banner,
    passwords,
    block,
    allow,
    proxyFrom,
    gate,
    logLevel,
    logFormat,
    ...limits
  } = settings;
  return limits;
}

/** Names what keeps the process alive, should it outlast its shutdown, and ends it. */
function guard(afterMs: number, log: Log, exit: (code: number) => void): void {
  watchdog(afterMs, { report: (line) => log.error('shutdownStuck', line), exit });
}

const LOOPBACK = /^(127\.|::1$)/;

function callIn(host: string, port: number, fd: number | undefined): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const place = isIPv6(reachable) ? `[${reachable}]:${port}` : `${reachable}:${port}`;
  const how = `call in with: telnet ${reachable} ${port}, or: npx impulse call ${place}`;
  if (fd !== undefined) return `${how} (the socket was handed over; --host and --port aren't used)`;
  return LOOPBACK.test(host)
    ? `${how} (from this machine only; --host 0.0.0.0 opens the board to the world)`
    : how;
}

function cannotListen(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  fd: number | undefined,
): string {
  if (fd !== undefined)
    return `the socket that was handed over can't be used: ${error.message}; it must be a TCP socket that listens`;
  const where = `${host} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; choose another --port`;
    case 'EACCES':
      return `${where} is not allowed to this user; choose a --port above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${where}: this machine has no such address; choose another --host`;
    default:
      return `${where} can't be listened on: ${error.message}`;
  }
}
