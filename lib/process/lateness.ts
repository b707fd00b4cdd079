import { monitorEventLoopDelay } from 'node:perf_hooks';
import { defer, finalize, map, type Observable, timer } from 'rxjs';

/** How often the event loop is asked whether it is on time. */
const RESOLUTION_MS = 10;

/** How long it is asked before the first answer. */
const FIRST_MS = 200;

/**
 * How many milliseconds the event loop was late at most: after a fifth of a second, then each second. Costs nothing when
 * nobody is subscribed. Never completes.
 */
export function lateness(): Observable<number> {
  return defer(() => {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    return timer(FIRST_MS, 1000).pipe(
      map(() => {
        // The wait itself is counted with it.
        const lateMs = histogram.count === 0 ? 0 : Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
        histogram.reset();
        return Math.round(lateMs * 10) / 10;
      }),
      finalize(() => histogram.disable()),
    );
  });
}
