import { Observable, type SchedulerLike } from 'rxjs';

/** Items per slice: ten thousand farewells at once would block the event loop for a third of a second. */
export const SLICE = 256;
/** Milliseconds after which a slice ends early: the first calls take ten times as long. */
export const SLICE_MS = 3;

/**
 * Calls `act` for each item, in slices of at most {@link SLICE} items or {@link SLICE_MS}, with the event
 * loop free in between. The first slice runs synchronously. Emits nothing, and completes after the last item.
 * Unsubscribing skips the rest.
 */
export function inSlices<T>(
  items: readonly T[],
  act: (item: T) => void,
  scheduler: SchedulerLike,
): Observable<never> {
  return new Observable((subscriber) => {
    let done = 0;
    const slice = () => {
      const end = Math.min(done + SLICE, items.length);
      const until = scheduler.now() + SLICE_MS;
      while (done < end) {
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
