import { ignoreElements, type Observable, tap } from 'rxjs';
import { descriptors } from '../../process/descriptors.js';
import type { Log } from '../log.js';

/**
 * Logs when no callers can be accepted for lack of file descriptors, and when they can again. Never
 * completes.
 */
export function logDescriptors(log: Log): Observable<never> {
  return descriptors().pipe(
    tap((free) =>
      free
        ? log.info('descriptorsFree', 'file descriptors are free again: callers are accepted')
        : log.error(
            'descriptorsGone',
            'out of file descriptors: new connections are closed; raise ulimit -n',
          ),
    ),
    ignoreElements(),
  );
}
