import type { MonoTypeOperatorFunction, Observable, Subscriber } from 'rxjs';
import { reportUnhandled, Stage, staged } from './stage.js';

/** Told what a foreign Observable throws in its teardown. */
export interface TeardownHost {
  /** Called with the error that was thrown. */
  teardownFailed(error: unknown): void;
}

/** Reports it as RxJS does: to `config.onUnhandledError`. */
const UNHANDLED: TeardownHost = { teardownFailed: reportUnhandled };

/**
 * Keeps what a foreign Observable throws in its teardown (a `finalize`, what a subscriber returned) from those who
 * unsubscribe it: RxJS throws it at them, in the middle of whatever they are doing, and a call would never be
 * closed. Otherwise the same as its source.
 *
 * @param host Told instead; if left out, the error is reported as RxJS reports those that nobody can handle, to
 *   `config.onUnhandledError`.
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { contain } from 'impulse-bbs/streams';
 *
 * // A door to somebody else's app: whatever it does when it is left, we are not held up.
 * const guarded =
 *   (theirs: App): App =>
 *   (session, services) =>
 *     theirs(session, services).pipe(contain());
 *
 * const app: App = guarded((session) => session.line$);
 * ```
 */
export function contain<T>(host: TeardownHost = UNHANDLED): MonoTypeOperatorFunction<T> {
  return staged((below) => new Contained(below, host));
}

class Contained<T> extends Stage<T> {
  readonly #host: TeardownHost;

  constructor(below: Subscriber<T>, host: TeardownHost) {
    super(below);
    this.#host = host;
  }

  override next(value: T): void {
    if (this.isStopped) return;
    try {
      this.below.next(value);
    } catch (error) {
      this.fail(error);
    }
  }

  override begin(theirs$: Observable<T>): void {
    try {
      super.begin(theirs$);
    } catch (error) {
      this.#host.teardownFailed(error);
    }
  }
  override unsubscribe(): void {
    try {
      super.unsubscribe();
    } catch (error) {
      this.#host.teardownFailed(error);
    }
  }
}
