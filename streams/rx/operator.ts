import {
  Observable,
  type Observer,
  type OperatorFunction,
  Subscriber,
  Subscription,
  type TeardownLogic,
  throwError,
  type Unsubscribable,
} from 'rxjs';

/** The subscriber that an operator emits to. */
export type Destination<T> = Subscriber<T>;

/** Returns whether an observer is a subscriber of RxJS, such as the next operator of a chain. */
export const isDestination = <T>(observer: Listener<T>): observer is Destination<T> =>
  observer instanceof Subscriber;

type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null | undefined;

/**
 * The subscriber of an operator of ours; the only class that extends RxJS's. Subclasses override
 * {@link OperatorSubscriber.onNext}, `onError` and `onComplete`, which pass everything on by default.
 *
 * For operators that each caller has one of. It is one object of a hundred bytes, with its methods on a
 * prototype. RxJS's own operators take eight times as much for each subscription, and a board has ten
 * thousand callers with six of them each.
 *
 * It keeps RxJS's contract: the destination is told before the source is unsubscribed, and unsubscribing
 * unsubscribes the source. What an operator throws, or its destination, is the operator's own error: the
 * source may be a timer or a socket, which can't handle it.
 */
export class OperatorSubscriber<In, Out = In> extends Subscriber<In> {
  // Declared, and set in the constructor: a field with an initializer makes construction five times as slow.
  declare private upstream: Upstream;

  constructor(destination: Destination<Out>) {
    super();
    // RxJS's own field. A second one would take eight bytes more.
    this.destination = destination;
    this.upstream = undefined;
  }

  /** The subscriber that the operator emits to. */
  protected get downstream(): Destination<Out> {
    return this.destination as Destination<Out>;
  }

  /** Subscribes to the source. A subclass may do more then. */
  begin(source$: Observable<In>): void {
    if (!this.closed) source$.subscribe(this);
  }

  protected onNext(value: In): void {
    this.downstream.next(value as unknown as Out);
  }
  protected onError(error: unknown): void {
    try {
      this.downstream.error(error);
    } finally {
      this.unsubscribe();
    }
  }
  protected onComplete(): void {
    try {
      this.downstream.complete();
    } finally {
      this.unsubscribe();
    }
  }

  /** Unsubscribes the source, and then has the destination continue with `next$`. The operator keeps nothing of it. */
  protected continueWith(next$: Observable<Out>): void {
    const { downstream } = this;
    this.unsubscribe();
    if (!downstream.closed) next$.subscribe(downstream);
  }

  override next(value: In): void {
    if (this.isStopped) return;
    try {
      this.onNext(value);
    } catch (error) {
      this.fail(error);
    }
  }
  protected override _error(error: unknown): void {
    this.onError(error);
  }
  protected override _complete(): void {
    this.onComplete();
  }

  /** Errors with what was thrown. If the operator has ended already, reports it to `config.onUnhandledError`. */
  protected fail(error: unknown): void {
    if (this.isStopped) reportUnhandled(error);
    else this.error(error);
  }

  /** Keeps the source's teardown, which comes first, without an array; also that of a source which takes its place. */
  override add(teardown: TeardownLogic): void {
    if (!teardown || this.closed || isOpen(this.upstream)) super.add(teardown);
    else this.upstream = teardown;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    const { upstream, destination } = this;
    super.unsubscribe();
    // RxJS clears it. An operator that is in the middle of a chunk may still emit, to no effect.
    this.destination = destination;
    this.upstream = undefined;
    leave(upstream);
  }
}

type Upstream = Unsubscribable | (() => void) | undefined;

const isOpen = (upstream: Upstream) =>
  upstream !== undefined && !(upstream instanceof Subscription && upstream.closed);

function leave(upstream: Upstream): void {
  if (typeof upstream === 'function') upstream();
  else upstream?.unsubscribe();
}

/** Makes an operator of the function that creates its subscriber. */
export function operator<In, Out = In>(
  create: (destination: Destination<Out>) => OperatorSubscriber<In, Out>,
): OperatorFunction<In, Out> {
  return (source$) =>
    new Observable((destination) => {
      const own = create(destination);
      destination.add(own);
      own.begin(source$);
    });
}

/** Reports an error that nothing can handle, as RxJS does: to `config.onUnhandledError`. */
export function reportUnhandled(error: unknown): void {
  throwError(() => error).subscribe();
}
