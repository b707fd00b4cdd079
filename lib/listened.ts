import { Observable, type Observer, type OperatorFunction, Subscriber } from 'rxjs';

/**
 * The same, of which a subscriber that throws is no uncaught exception, as RxJS has it: `failed` is told instead, of the first
 * failure of each subscriber. So it is behind `pipe`, where an operator that fails is the failure of who subscribes.
 */
export function listened<T>(source$: Observable<T>, failed: (error: unknown) => void): Observable<T> {
  return new Listened(source$, failed);
}

/** A class, since `pipe` and `subscribe` are where listeners come from. */
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
    // One of RxJS's own is another operator, which sees to it.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const given = typeof observer === 'object' && observer ? observer : { next: observer, error, complete };
    return super.subscribe(contained(given, this.#failed));
  }
}

/** Has a listener's first failure told, and none thrown. */
function contained<T>(listener: Given<T>, failed: (error: unknown) => void): Observer<T> {
  let hasFailed = false;
  const fail = (error: unknown) => {
    if (hasFailed) return;
    // First: who is told may have this listener hear of it.
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
