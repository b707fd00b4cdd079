import type { Observable, OperatorFunction } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import { endFor } from '../types/session-end.js';

/**
 * Continues with the farewell when a session ends: on an error, with its reason, and on completion as `app-done`.
 * The session is unsubscribed before the farewell begins.
 *
 * Equivalent to `throwIfEmpty` and `catchError` (see the spec). `catchError` keeps the whole chain before it in
 * memory: 4 KB for each caller.
 *
 * @param farewell$ Called with the reason. Returns the last words and events.
 */
export const conclude = <T>(farewell$: (error: unknown) => Observable<T>): OperatorFunction<never, T> =>
  operator((destination) => new ConcludeSubscriber(destination, farewell$));

class ConcludeSubscriber<T> extends OperatorSubscriber<never, T> {
  readonly #farewell$: (error: unknown) => Observable<T>;

  constructor(destination: Destination<T>, farewell$: (error: unknown) => Observable<T>) {
    super(destination);
    this.#farewell$ = farewell$;
  }

  protected override onError(error: unknown): void {
    let farewell$: Observable<T>;
    try {
      farewell$ = this.#farewell$(error);
    } catch (failure) {
      super.onError(failure);
      return;
    }
    this.continueWith(farewell$);
  }
  protected override onComplete(): void {
    this.onError(endFor('app-done'));
  }
}
