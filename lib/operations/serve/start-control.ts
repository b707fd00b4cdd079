import { existsSync } from 'node:fs';
import {
  catchError,
  concatWith,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  interval,
  map,
  type Observable,
  repeat,
  type SchedulerLike,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { monotonic } from '../../process/monotonic.js';
import { messageOf } from '../../text/message-of.js';
import { control, makeFolder } from '../control/control.js';
import { socketPath } from '../control/socket-path.js';
import type { Controlled } from '../control/views.js';
import type { Log } from '../log.js';

/** How often the existence of the socket is checked. */
export const SOCKET_CHECK_MS = 5000;

/**
 * Opens the control socket when the board listens, and creates it again if it is deleted. If a socket that
 * was named explicitly can't be opened, shuts the board down and emits an exit code. If the socket is `auto`,
 * the board runs without it, and the log says so.
 *
 * @param setting The value of `--control`; `null` opens none.
 */
export function startControl(
  setting: string | null,
  board: Omit<Controlled, 'port'>,
  log: Log,
  scheduler: SchedulerLike = monotonic,
): Observable<number> {
  if (setting === null) return EMPTY;
  const { impulse } = board;
  let isTold = false;

  /** Completes when the socket is deleted. */
  const open = (port: number) =>
    defer(() => {
      const path = socketPath(setting, port);
      if (setting === 'auto') makeFolder(path);
      const opened = () => {
        isTold = false;
        log.debug('controlOpened', `control socket at ${path}`);
      };
      const gone$ = interval(SOCKET_CHECK_MS, scheduler).pipe(filter(() => !existsSync(path)));
      return control(path, { ...board, port }, opened).pipe(takeUntil(gone$));
    });
  const openAgain = (port: number) =>
    open(port).pipe(
      catchError((error) => {
        if (!isTold) log.warn('controlFailed', `the control socket is lost: ${messageOf(error)}`);
        isTold = true;
        return timer(SOCKET_CHECK_MS, scheduler).pipe(ignoreElements());
      }),
    );
  const reopen = (port: number) =>
    defer(() => {
      log.warn('controlGone', 'the control socket was deleted; creating it again');
      return openAgain(port).pipe(repeat());
    });

  return impulse.event$.pipe(
    filter((event) => event.type === 'serverListening'),
    take(1),
    switchMap(({ port }) => open(port).pipe(concatWith(reopen(port)))),
    catchError((error) => {
      if (setting === 'auto') {
        log.warn('controlFailed', `no control socket: ${messageOf(error)}`);
        return EMPTY;
      }
      log.error('controlFailed', `--control ${setting} can't be used: ${messageOf(error)}`);
      return from(impulse.shutdown('no control socket', { force: true })).pipe(map(() => 1));
    }),
  );
}
