import { catchError, defer, EMPTY, filter, from, map, type Observable, switchMap, take } from 'rxjs';
import { control, makeFolder } from '../control/control.js';
import { placeOf } from '../control/place.js';
import type { Controlled } from '../control/views.js';
import type { Log } from '../log.js';
import { messageOf } from '../message-of.js';

/**
 * Opens the control socket when the board listens. Emits an exit code, once the board is down again, if that is a socket that
 * was asked for by name and can't be had; without the one of `auto` a board does, and the log says so.
 *
 * @param setting What `--control` says; `null` opens none.
 */
export function controlled(setting: string | null, board: Controlled, log: Log): Observable<number> {
  if (setting === null) return EMPTY;
  const { impulse } = board;
  const open = (port: number) =>
    defer(() => {
      const path = placeOf(setting, port);
      if (setting === 'auto') makeFolder(path);
      return control(path, board, () => log.debug('controlOpened', `controlled through ${path}`));
    });
  return impulse.event$.pipe(
    filter((event) => event.type === 'serverListening'),
    take(1),
    switchMap(({ port }) => open(port)),
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
