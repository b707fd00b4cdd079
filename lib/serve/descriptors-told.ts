import { ignoreElements, type Observable, tap } from 'rxjs';
import type { Log } from '../log.js';
import { descriptors } from '../process/descriptors.js';

/** Logs when callers can't be taken for want of file descriptors, and when they can again. Never completes. */
export function descriptorsTold(log: Log): Observable<never> {
  return descriptors().pipe(
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
}
