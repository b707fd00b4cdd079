import { Observable, type SchedulerLike } from 'rxjs';

/** How many at once: ten thousand goodbyes in one go would keep everybody else waiting for a third of a second. */
export const SLICE = 256;

/**
 * Does something to each, {@link SLICE} of them in a turn, and lets the board go on in between. The first are done within the
 * subscribing. Emits nothing, and completes when all are done; unsubscribing leaves the rest as they are.
 */
export function inSlices<T>(
  items: readonly T[],
  act: (item: T) => void,
  scheduler: SchedulerLike,
): Observable<never> {
  return new Observable((subscriber) => {
    let from = 0;
    const slice = () => {
      for (const item of items.slice(from, from + SLICE)) act(item);
      from += SLICE;
      if (from >= items.length) subscriber.complete();
      else subscriber.add(scheduler.schedule(slice));
    };
    slice();
  });
}
