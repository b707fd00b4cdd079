import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import { kindOf } from '../rx/kind-of.js';
import { follow, Stage, staged } from '../rx/operator.js';
import { sanitize } from '../terminal/sanitize.js';
import type { User } from '../types/session.js';

/** The session that signs in. */
export interface SignInDelegate<T> {
  /** The reason the session ended, if it did. A user found after that isn't logged in. */
  readonly ending: unknown;
  /** Whether the user may log in. Tells the caller if not. */
  admits(user: User): boolean;
  /** Logs the user in. A subscriber to the event may end the session. */
  logIn(user: User): void;
  /** The output after the login. */
  greet(): Observable<T>;
}

/**
 * Takes the first user of an authenticator, logs it in, and continues with {@link SignInDelegate.greet}. Makes the
 * handle plain text ({@link sanitize}), since it is shown on every screen; errors if nothing is left of it. Completes without
 * greeting if the session is over, the user isn't admitted, or there is none. Unsubscribes the authenticator
 * before the app begins, so that its memory is freed.
 */
export function signIn<T>(delegate: SignInDelegate<T>): OperatorFunction<User, T> {
  return staged((below) => new SigningIn(below, delegate));
}

/**
 * Equivalent to six stock operators (see the spec). As one class it saves a sixth of the cost from connecting
 * to the prompt.
 */
class SigningIn<T> extends Stage<User, T> {
  readonly #delegate: SignInDelegate<T>;

  constructor(below: Subscriber<T>, delegate: SignInDelegate<T>) {
    super(below);
    this.#delegate = delegate;
  }

  protected override _next(found: User): void {
    const delegate = this.#delegate;
    const user = { ...found, handle: handleOf(found) };
    const isIn = !delegate.ending && delegate.admits(user);
    if (isIn) delegate.logIn(user);
    if (!isIn || delegate.ending) {
      this.complete();
      return;
    }
    this.unsubscribe();
    follow(() => delegate.greet(), this.below);
  }
}

/** Authenticators are third-party code, so the type isn't enough. */
function handleOf(found: Partial<User> | null | undefined): string {
  const handle = found?.handle;
  if (typeof handle !== 'string')
    throw new TypeError(
      `an authenticator emits a user with a handle (text), and this one emitted ${found ? `${kindOf(found)} whose handle is ${kindOf(handle)}` : kindOf(found)}`,
    );
  const shown = sanitize(handle);
  if (shown.trim() === '') throw new TypeError('a handle has a letter that shows, and this one has none');
  return shown;
}
