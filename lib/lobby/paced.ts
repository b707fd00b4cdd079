import { defer, mergeMap, type Observable, type SchedulerLike, timer } from 'rxjs';
import { fullBucket, takeToken } from '../../streams/token-bucket.js';
import type { Rate } from '../../streams/types.js';

/** Makes what does one thing after another at a rate at most: whatever comes too soon waits for its turn. */
export function paced(rate: Rate, scheduler: SchedulerLike): <T>(act: () => Observable<T>) => Observable<T> {
  const bucket = fullBucket(rate, scheduler.now());
  return function pace<T>(act: () => Observable<T>): Observable<T> {
    return defer(() => {
      const waitMs = takeToken(bucket, rate, scheduler.now());
      return waitMs > 0 ? timer(waitMs, scheduler).pipe(mergeMap(() => pace(act))) : act();
    });
  };
}
