import { monitorEventLoopDelay } from 'node:perf_hooks';
import { defer, finalize, map, type Observable, timer } from 'rxjs';

/** The resolution of the measurement. */
const RESOLUTION_MS = 10;

/** The time before the first measurement is emitted. */
const FIRST_MS = 200;

/**
 * Emits by how many milliseconds the event loop was late at most: after a fifth of a second, then each
 * second. Costs nothing without a subscriber. Never completes.
 */
export function lateness(): Observable<number> {
  return defer(() => {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    return timer(FIRST_MS, 1000).pipe(
      map(() => {
        // The histogram counts the timer's own interval too.
        const lateMs = histogram.count === 0 ? 0 : Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
        histogram.reset();
        return Math.round(lateMs * 10) / 10;
      }),
      finalize(() => histogram.disable()),
    );
  });
}
