import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from './operator.js';

/**
 * Emits what the source does, and when it completes, what `next$` does. Like `concatWith`, which keeps its own
 * subscribers of both: 1.2 KB for each caller, for the whole session. This keeps nothing. The source is
 * unsubscribed before `next$` is subscribed.
 */
export const followedBy = <T>(next$: Observable<T>): MonoTypeOperatorFunction<T> =>
  operator((destination) => new FollowedBySubscriber(destination, next$));

class FollowedBySubscriber<T> extends OperatorSubscriber<T> {
  readonly #next$: Observable<T>;

  constructor(destination: Destination<T>, next$: Observable<T>) {
    super(destination);
    this.#next$ = next$;
  }

  protected override onComplete(): void {
    this.continueWith(this.#next$);
  }
}
