import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import { reportUnhandled, Stage, staged } from './stage.js';

/**
 * Keeps what a foreign Observable throws in its teardown (a `finalize`, what a subscriber returned) from those who
 * unsubscribe it: RxJS throws it at them, in the middle of whatever they are doing, and a call would never be
 * closed. It is reported as RxJS reports every error that nobody can handle: to `config.onUnhandledError`.
 * Otherwise the same as its source.
 *
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
export function contain<T>(): MonoTypeOperatorFunction<T> {
  return staged((below) => new Contained(below));
}

class Contained<T> extends Stage<T> {
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
      reportUnhandled(error);
    }
  }
  override unsubscribe(): void {
    try {
      super.unsubscribe();
    } catch (error) {
      reportUnhandled(error);
    }
  }
}
