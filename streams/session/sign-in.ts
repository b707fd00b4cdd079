import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import { kindOf } from '../rx/kind-of.js';
import { follow, Stage, staged } from '../rx/stage.js';
import { plain } from '../terminal/plain.js';
import type { User } from '../types/session.js';

/** Whom somebody signs in to. */
export interface Host<T> {
  /** The ending, once there is one: whoever is named after it is nobody's caller. */
  readonly ending: unknown;
  /** Whether the user may come in, and is told if not. */
  admits(user: User): boolean;
  /** The user has logged in; whoever is told of it may end the call. */
  logIn(user: User): void;
  /** What follows the login. */
  greet(): Observable<T>;
}

/**
 * From the user whom an authenticator finds to what the app says: the first one counts, with a {@link plain} handle,
 * since a handle is text on every screen; an error, if there is no text in it. Completes without the app if the call is over, or the user isn't admitted, or there
 * is none. The authenticator is left before the app begins, so that nothing of it is kept.
 */
export function signIn<T>(host: Host<T>): OperatorFunction<User, T> {
  return staged((below) => new SigningIn(below, host));
}

/** Six stock operators do the same (as the spec shows), for a sixth of what a call costs from connecting to the prompt. */
class SigningIn<T> extends Stage<User, T> {
  readonly #host: Host<T>;

  constructor(below: Subscriber<T>, host: Host<T>) {
    super(below);
    this.#host = host;
  }

  protected override _next(found: User): void {
    const host = this.#host;
    const user = { ...found, handle: handleOf(found) };
    const isIn = !host.ending && host.admits(user);
    if (isIn) host.logIn(user);
    if (!isIn || host.ending) {
      this.complete();
      return;
    }
    this.unsubscribe();
    follow(() => host.greet(), this.below);
  }
}

/** An authenticator is anybody's code, and nothing but its type says that it emits users. */
function handleOf(found: Partial<User> | null | undefined): string {
  const handle = found?.handle;
  if (typeof handle !== 'string')
    throw new TypeError(
      `an authenticator emits a user with a handle (text), and this one emitted ${found ? `${kindOf(found)} whose handle is ${kindOf(handle)}` : kindOf(found)}`,
    );
  const shown = plain(handle);
  if (shown.trim() === '') throw new TypeError('a handle has a letter that shows, and this one has none');
  return shown;
}
