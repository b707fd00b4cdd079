import type { MonoTypeOperatorFunction, Observable, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/operator.js';
import { endFor, SessionEnd } from '../types/session-end.js';

/** A session that can be ended from outside its chain. */
export interface Terminable {
  /** Settles the reason. The first one stands, and is returned to later callers too. */
  settle(ending: SessionEnd): SessionEnd;
  /** The reason, once settled. */
  readonly ending: SessionEnd | undefined;
  /** The running chain. An error ends it. */
  chain: Pick<Subscriber<unknown>, 'error'> | undefined;
}

/**
 * The point of a session's chain where all endings meet: a hang-up (completion), a limit upstream (error),
 * and an order from outside (an error passed to `chain`). Each is settled with `decide` *before* the app is
 * told, and continues downstream as an error.
 */
export function terminable<T>(call: Terminable): MonoTypeOperatorFunction<T> {
  return staged((below) => new Breakable(below, call));
}

class Breakable<T> extends Stage<T> {
  readonly #call: Terminable;

  constructor(below: Subscriber<T>, call: Terminable) {
    super(below);
    this.#call = call;
  }

  override begin(input$: Observable<T>): void {
    if (this.#call.ending) this.error(this.#call.ending);
    else {
      this.#call.chain = this;
      super.begin(input$);
    }
  }
  override next(value: T): void {
    if (this.isStopped) return;
    try {
      this.below.next(value);
    } catch (error) {
      this.fail(error);
    }
  }

  protected override _error(error: unknown): void {
    super._error(this.#call.settle(error instanceof SessionEnd ? error : new SessionEnd('app-error', error)));
  }
  protected override _complete(): void {
    this._error(endFor('hangup'));
  }

  override unsubscribe(): void {
    if (this.#call.chain === this) this.#call.chain = undefined;
    super.unsubscribe();
  }
}
