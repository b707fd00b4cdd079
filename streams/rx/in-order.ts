import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Delivers values in order, also when a subscriber causes the next one: that waits until all have received
 * the current one. Without it, a listener that kicks a session at `sessionOpened` makes later listeners see
 * the closing before the opening. The first value is delivered synchronously. Completes and errors with its
 * source. Errors also with what a subscriber throws.
 *
 * @example
 * ```ts
 * import { inOrder } from 'impulse-bbs/streams';
 * import { share, Subject } from 'rxjs';
 *
 * const numbers = new Subject<number>();
 * const heard$ = numbers.pipe(inOrder(), share());
 * heard$.subscribe((number) => number === 1 && numbers.next(2));
 * heard$.subscribe((number) => console.log(number)); // 1, then 2
 * numbers.next(1);
 * ```
 */
export function inOrder<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const pending: T[] = [];
      let delivering = false;
      let completed = false;
      return source.subscribe({
        next(value) {
          pending.push(value);
          if (delivering) return;
          delivering = true;
          try {
            while (pending.length > 0) subscriber.next(pending.shift() as T);
          } catch (error) {
            subscriber.error(error);
          } finally {
            delivering = false;
          }
          if (completed) subscriber.complete();
        },
        error: (error) => subscriber.error(error),
        complete() {
          completed = true;
          if (!delivering) subscriber.complete();
        },
      });
    });
}
