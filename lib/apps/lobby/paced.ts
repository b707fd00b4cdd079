import { defer, mergeMap, type Observable, type SchedulerLike, timer } from 'rxjs';
import { fullBucket, takeToken } from '../../../streams/admission/token-bucket.js';
import type { Rate } from '../../../streams/types/limits.js';

/** Runs `act` when the rate allows it. A higher `cost` makes the next wait longer. */
export type Pace = <T>(act: () => Observable<T>, cost?: number) => Observable<T>;

/** Creates a {@link Pace}, which delays calls that come faster than the rate. */
export function paced(rate: Rate, scheduler: SchedulerLike): Pace {
  const bucket = fullBucket(rate, scheduler.now());
  return function pace<T>(act: () => Observable<T>, cost = 1): Observable<T> {
    return defer(() => {
      const waitMs = takeToken(bucket, rate, scheduler.now(), cost);
      return waitMs > 0 ? timer(waitMs, scheduler).pipe(mergeMap(() => pace(act, cost))) : act();
    });
  };
}
