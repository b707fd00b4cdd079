import { Observable, type SchedulerLike } from 'rxjs';

/** How many at once: ten thousand goodbyes in one go would keep everybody else waiting for a third of a second. */
export const SLICE = 256;
/** Milliseconds after which a slice ends early: what is done for the first time takes ten times as long. */
export const SLICE_MS = 3;

/**
 * Does something to each, at most {@link SLICE} of them in a turn, and fewer where they take longer than {@link SLICE_MS}, and lets
 * the board go on in between. The first are done within the subscribing. Emits nothing, and completes when all are done;
 * unsubscribing leaves the rest as they are.
 */
export function inSlices<T>(
  items: readonly T[],
  act: (item: T) => void,
  scheduler: SchedulerLike,
): Observable<never> {
  return new Observable((subscriber) => {
    let done = 0;
    const slice = () => {
      const most = Math.min(done + SLICE, items.length);
      const until = scheduler.now() + SLICE_MS;
      while (done < most) {
        act(items[done] as T);
        done += 1;
        if (scheduler.now() >= until) break;
      }
      if (done === items.length) subscriber.complete();
      else subscriber.add(scheduler.schedule(slice));
    };
    slice();
  });
}
