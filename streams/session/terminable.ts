import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import { endFor, endOf, type SessionEnd } from '../types/session-end.js';

/** A session that can be ended from outside its chain. */
export interface Terminable {
  /** Settles the reason. The first one stands, and is returned to later callers too. */
  settle(ending: SessionEnd): SessionEnd;
  /** The reason, once settled. */
  readonly ending: SessionEnd | undefined;
  /** The running chain. An error ends it. */
  chain: Pick<Destination<unknown>, 'error'> | undefined;
}

/**
 * The point of a session's chain where all endings meet: a hang-up (completion), a limit upstream (error),
 * and an order from outside (an error passed to `chain`). Each is settled with `settle` *before* the app is
 * told, and continues downstream as an error.
 */
export function terminable<T>(call: Terminable): MonoTypeOperatorFunction<T> {
  return operator((destination) => new TerminableSubscriber(destination, call));
}

class TerminableSubscriber<T> extends OperatorSubscriber<T> {
  readonly #call: Terminable;

  constructor(destination: Destination<T>, call: Terminable) {
    super(destination);
    this.#call = call;
  }

  override begin(input$: Observable<T>): void {
    if (this.#call.ending) this.error(this.#call.ending);
    else {
      this.#call.chain = this;
      super.begin(input$);
    }
  }

  protected override onError(error: unknown): void {
    super.onError(this.#call.settle(endOf(error, 'app-error')));
  }
  protected override onComplete(): void {
    this.onError(endFor('hangup'));
  }

  override unsubscribe(): void {
    if (this.#call.chain === this) this.#call.chain = undefined;
    super.unsubscribe();
  }
}
