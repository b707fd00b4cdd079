import { type MonoTypeOperatorFunction, Observable, Subscriber, throwError } from 'rxjs';

/**
 * Keeps what a foreign Observable throws in its teardown (a `finalize`, what a subscriber returned) from those who
 * unsubscribe it: RxJS throws it at them, in the middle of whatever they are doing, and a call would never be
 * closed. It is reported as RxJS reports every error that nobody can handle: to `config.onUnhandledError`.
 * Otherwise the same as its source.
 */
export function contain<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const inner = new Passing(subscriber);
      subscriber.add(() => quietly(() => inner.unsubscribe()));
      quietly(() => source.subscribe(inner));
    });
}

/** Passes everything on, but not its own end's teardown. Half the calls of an observer made of functions. */
class Passing<T> extends Subscriber<T> {
  readonly #to: Subscriber<T>;

  constructor(to: Subscriber<T>) {
    super();
    this.#to = to;
  }
  protected override _next(value: T): void {
    this.#to.next(value);
  }
  protected override _error(error: unknown): void {
    this.#to.error(error);
  }
  protected override _complete(): void {
    this.#to.complete();
  }
}

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    throwError(() => error).subscribe();
  }
}
