import {
  from,
  Observable,
  type ObservableInput,
  type Observer,
  type OperatorFunction,
  Subscriber,
  Subscription,
  type TeardownLogic,
  throwError,
  type Unsubscribable,
} from 'rxjs';

/**
 * A stage of the chain that each caller has one of: hands on what comes to the stage below, where a subclass doesn't say
 * otherwise. One object of a hundred bytes, with its methods on a prototype; an observer made of functions is eight times
 * as much, and a board has ten thousand callers with nine stages each.
 *
 * Stages through which every line goes have a `next` of their own, even if it only hands on: where each call leads to one class,
 * the engine makes one piece of code of the whole chain.
 *
 * It keeps to RxJS's contract: below is told before what is above is left, and unsubscribing leaves it. An error that is
 * thrown in a stage, or below it, goes down as the stage's own error, as in RxJS's operators: who emits may be a timer or a
 * socket, which can do nothing about it.
 */
export class Stage<In, Out = In> extends Subscriber<In> {
  // Declared, and set below: what is defined as a field costs each stage five times as much to make.
  declare private above: Unsubscribable | undefined;

  constructor(below: Subscriber<Out>) {
    super();
    // What is below has its place in RxJS's own field: a second one would be eight bytes more for each stage.
    this.destination = below;
    this.above = undefined;
  }

  protected get below(): Subscriber<Out> {
    return this.destination as Subscriber<Out>;
  }

  /**
   * Takes what feeds this stage from now on, to be left with it; what fed it before is left. An array of finalizers would be
   * larger than the stage.
   */
  feedBy(above: Unsubscribable): void {
    if (this.closed) {
      above.unsubscribe();
      return;
    }
    const before = this.above;
    this.above = above;
    before?.unsubscribe();
  }

  /** Begins, now that it is fed from above; a subclass may have more to do then. */
  begin(above$: Observable<In>): void {
    if (!this.closed) above$.subscribe(this);
  }

  /** RxJS's own way of saying what feeds it. */
  override add(teardown: TeardownLogic): void {
    if (teardown instanceof Subscription && !this.above) this.feedBy(teardown);
    else super.add(teardown);
  }

  override unsubscribe(): void {
    if (this.closed) return;
    const { above, destination } = this;
    super.unsubscribe();
    // Who leaves may still have a word for those below, such as how a line ended.
    this.destination = destination;
    this.above = undefined;
    above?.unsubscribe();
  }

  override next(value: In): void {
    if (this.isStopped) return;
    try {
      this._next(value);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Errors with what was thrown; where the stage is over already, nobody is left to hear it but {@link reportUnhandled}. */
  protected fail(error: unknown): void {
    if (this.isStopped) reportUnhandled(error);
    else this.error(error);
  }

  protected override _next(value: In): void {
    this.below.next(value as unknown as Out);
  }
  protected override _error(error: unknown): void {
    try {
      this.below.error(error);
    } finally {
      this.unsubscribe();
    }
  }
  protected override _complete(): void {
    try {
      this.below.complete();
    } finally {
      this.unsubscribe();
    }
  }
}

/** Reports an error that nobody can handle, as RxJS does: to `config.onUnhandledError`. */
export function reportUnhandled(error: unknown): void {
  throwError(() => error).subscribe();
}

/** Has a subscriber leave what is above it when it is unsubscribed. */
export function feed<T>(below: Subscriber<T>, above: Unsubscribable): void {
  if (below instanceof Stage) below.feedBy(above);
  else below.add(() => above.unsubscribe());
}

/** The operator that puts a stage between its source and its destination. */
export function staged<In, Out>(
  stage: (below: Subscriber<Out>) => Stage<In, Out>,
): OperatorFunction<In, Out> {
  return (above$) => new Staged(above$, stage);
}

/** Subscribes to what is made; an error that is thrown meanwhile is told below. As `defer`, of which nothing is kept. */
export function follow<T>(make: () => ObservableInput<T>, below: Subscriber<T>): void {
  let made$: Observable<T>;
  try {
    made$ = from(make());
  } catch (error) {
    below.error(error);
    return;
  }
  made$.subscribe(below);
}

/**
 * What comes out of a stage. Of a chain of them each is subscribed to by the next without any ceremony: RxJS's own costs more than
 * all that a stage is.
 */
class Staged<In, Out> extends Observable<Out> {
  readonly #above$: Observable<In>;
  readonly #stage: (below: Subscriber<Out>) => Stage<In, Out>;

  constructor(above$: Observable<In>, stage: (below: Subscriber<Out>) => Stage<In, Out>) {
    super();
    this.#above$ = above$;
    this.#stage = stage;
  }

  override subscribe(
    below?: Partial<Observer<Out>> | ((value: Out) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (!(below instanceof Stage)) return super.subscribe(below as (value: Out) => void, error, complete);
    this._subscribe(below);
    return below;
  }

  /** Called by RxJS, of whose Observables all that aren't made of a function have one. */
  protected _subscribe(below: Subscriber<Out>): void {
    const own = this.#stage(below);
    feed(below, own);
    own.begin(this.#above$);
  }
}
