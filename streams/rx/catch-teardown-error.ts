import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { type Destination, OperatorSubscriber, operator, reportUnhandled } from './operator.js';

/** Receives the errors of a foreign Observable's teardown. */
export interface TeardownDelegate {
  /** Called with the error. */
  teardownFailed(error: unknown): void;
}

/** Reports errors like RxJS does, to `config.onUnhandledError`. */
const UNHANDLED: TeardownDelegate = { teardownFailed: reportUnhandled };

/**
 * Contains errors thrown by a foreign Observable's teardown (`finalize`, or the function a subscriber
 * returned). RxJS throws them at the code that unsubscribes, which would stop a session from being closed.
 * Otherwise it mirrors the source.
 *
 * @param delegate Receives the errors; by default they go to `config.onUnhandledError`.
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { catchTeardownError } from 'impulse-bbs/streams';
 *
 * // Contains errors that a third-party app throws when it is unsubscribed.
 * const guarded =
 *   (theirs: App): App =>
 *   (session, services) =>
 *     theirs(session, services).pipe(catchTeardownError());
 *
 * const app: App = guarded((session) => session.line$);
 * ```
 */
export function catchTeardownError<T>(delegate: TeardownDelegate = UNHANDLED): MonoTypeOperatorFunction<T> {
  return operator((destination) => new CatchTeardownErrorSubscriber(destination, delegate));
}

class CatchTeardownErrorSubscriber<T> extends OperatorSubscriber<T> {
  readonly #delegate: TeardownDelegate;

  constructor(destination: Destination<T>, delegate: TeardownDelegate) {
    super(destination);
    this.#delegate = delegate;
  }

  override begin(theirs$: Observable<T>): void {
    try {
      super.begin(theirs$);
    } catch (error) {
      this.#delegate.teardownFailed(error);
    }
  }
  override unsubscribe(): void {
    try {
      super.unsubscribe();
    } catch (error) {
      this.#delegate.teardownFailed(error);
    }
  }
}
