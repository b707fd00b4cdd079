import { type MonoTypeOperatorFunction, Observable, throwError } from 'rxjs';
import { feed, Stage } from './stage.js';

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
  return (source) =>
    new Observable((below) => {
      const contained = new Contained(below);
      feed(below, contained);
      quietly(() => source.subscribe(contained));
    });
}

class Contained<T> extends Stage<T> {
  override next(value: T): void {
    if (!this.isStopped) this.below.next(value);
  }

  override unsubscribe(): void {
    quietly(() => super.unsubscribe());
  }
}

/** Does something, and reports what is thrown in it as an error that nobody can handle. */
function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportUnhandled(error);
  }
}

/** Reports an error that nobody can handle, as RxJS does: to `config.onUnhandledError`. */
export function reportUnhandled(error: unknown): void {
  throwError(() => error).subscribe();
}
