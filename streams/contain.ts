import { type MonoTypeOperatorFunction, Observable, type Subscription, throwError } from 'rxjs';

/**
 * Keeps what a foreign Observable throws in its teardown (a `finalize`, what a subscriber returned) from those who
 * unsubscribe it: RxJS throws it at them, in the middle of whatever they are doing, and a call would never be
 * closed. It is reported as RxJS reports every error that nobody can handle: to `config.onUnhandledError`.
 * Otherwise the same as its source.
 */
export function contain<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      let inner: Subscription | undefined;
      const leave = () => quietly(() => inner?.unsubscribe());
      subscriber.add(leave);
      quietly(() => {
        inner = source.subscribe({
          next: (value) => subscriber.next(value),
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        });
      });
      // It may have been left before there was anything to leave.
      if (subscriber.closed) leave();
    });
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    throwError(() => error).subscribe();
  }
}
