import {
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscription,
  timer,
} from 'rxjs';

/**
 * Slows a caller who sends more than `bytesPerSecond`: their line isn't read for as long as what came is too much, so
 * that their own machine makes them wait. Nothing is dropped, and nothing is held: each chunk passes at once. A
 * second's worth may come together.
 *
 * @param bytesPerSecond `null` is no limit.
 * @param pause Called with true when the line is not to be read, with false when it may be again.
 */
export function inputRate(
  bytesPerSecond: number | null,
  pause: (on: boolean) => void,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<Uint8Array> {
  if (bytesPerSecond === null) return (source) => source;
  return (source) =>
    new Observable((subscriber) => {
      let paidUntil = scheduler.now() - 1000;
      let waiting: Subscription | undefined;

      subscriber.add(() => {
        if (!waiting) return;
        waiting.unsubscribe();
        pause(false);
      });
      subscriber.add(
        source.subscribe({
          next(bytes) {
            const now = scheduler.now();
            paidUntil = Math.max(paidUntil, now - 1000) + (bytes.length / bytesPerSecond) * 1000;
            if (paidUntil > now && !waiting) {
              pause(true);
              waiting = timer(paidUntil - now, scheduler).subscribe(() => {
                waiting = undefined;
                pause(false);
              });
            }
            subscriber.next(bytes);
          },
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
