import { Observable, type Observer, type OperatorFunction } from 'rxjs';
import { isDestination } from '../streams/rx/operator.js';

/**
 * Returns the same Observable, except that an error thrown by a subscriber goes to `failed`, where RxJS would
 * report an uncaught exception. `failed` is called with the first error of each subscriber. Operators behind
 * `pipe` count as part of the subscriber.
 */
export function containListeners<T>(source$: Observable<T>, failed: (error: unknown) => void): Observable<T> {
  return new Listened(source$, failed);
}

/** A class, since subscribers come through both `pipe` and `subscribe`. */
class Listened<T> extends Observable<T> {
  readonly #failed: (error: unknown) => void;

  constructor(source$: Observable<T>, failed: (error: unknown) => void) {
    super((subscriber) => source$.subscribe(subscriber));
    this.#failed = failed;
  }

  override pipe(...operators: OperatorFunction<never, never>[]): Observable<never> {
    const piped$ = operators.reduce(
      (source$: Observable<never>, operator) => operator(source$),
      this as never,
    );
    return new Listened(piped$, this.#failed);
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ) {
    // The next operator of a chain handles its own errors.
    if (isDestination(observer)) return super.subscribe(observer);
    const given = typeof observer === 'object' && observer ? observer : { next: observer, error, complete };
    return super.subscribe(contained(given, this.#failed));
  }
}

/** Returns an observer that reports the first error of a listener and throws none. */
function contained<T>(listener: Given<T>, failed: (error: unknown) => void): Observer<T> {
  let hasFailed = false;
  const fail = (error: unknown) => {
    if (hasFailed) return;
    // Set first: `failed` may cause another event for this listener.
    hasFailed = true;
    failed(error);
  };
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      fail(error);
    }
  };
  return {
    next: (value) => attempt(() => listener.next?.(value)),
    error: (error) => attempt(() => (listener.error ? listener.error(error) : fail(error))),
    complete: () => attempt(() => listener.complete?.()),
  };
}

interface Given<T> {
  readonly next?: ((value: T) => void) | null | undefined;
  readonly error?: ((error: unknown) => void) | null | undefined;
  readonly complete?: (() => void) | null | undefined;
}
