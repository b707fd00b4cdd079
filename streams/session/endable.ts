import type { MonoTypeOperatorFunction, Observable, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';
import { endFor, SessionEnd } from '../types/session-end.js';

/** What can be ended from outside its chain. */
export interface Endable {
  /** Settles the ending; the first one stands and is returned, also to those who come later. */
  decide(ending: SessionEnd): SessionEnd;
  /** The ending, once there is one. */
  readonly ending: SessionEnd | undefined;
  /** The chain while it runs: an error breaks it. */
  chain: Pick<Subscriber<unknown>, 'error'> | undefined;
}

/**
 * The point in a session's chain where every ending of the line comes together: a hang-up (completion), a
 * limit upstream (error), or an order from outside (an error put into `chain`). Each is settled through `decide` *before* the app
 * below is told, and goes down the chain as an error.
 */
export function endable<T>(call: Endable): MonoTypeOperatorFunction<T> {
  return staged((below) => new Breakable(below, call));
}

class Breakable<T> extends Stage<T> {
  readonly #call: Endable;

  constructor(below: Subscriber<T>, call: Endable) {
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
    super._error(this.#call.decide(error instanceof SessionEnd ? error : new SessionEnd('app-error', error)));
  }
  protected override _complete(): void {
    this._error(endFor('hangup'));
  }

  override unsubscribe(): void {
    if (this.#call.chain === this) this.#call.chain = undefined;
    super.unsubscribe();
  }
}
