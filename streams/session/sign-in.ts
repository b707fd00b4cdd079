import { ignoreElements, type OperatorFunction, pipe, take, tap } from 'rxjs';
import { kindOf } from '../rx/kind-of.js';
import { sanitize } from '../terminal/sanitize.js';
import { AppError } from '../types/errors.js';
import type { User } from '../types/session.js';

/** The session that signs in. */
export interface SignInDelegate {
  /** The reason the session ended, if it did. A user found after that isn't logged in. */
  readonly ending: unknown;
  /** Whether the user may log in. Tells the caller if not. */
  admits(user: User): boolean;
  /** Logs the user in. A subscriber to the event may end the session. */
  logIn(user: User): void;
}

/**
 * Logs in the first user of an authenticator, and completes. Makes the handle plain text ({@link sanitize}), since
 * it is shown on every screen; errors if nothing is left of it. Does nothing more if the session is over, or the
 * user isn't admitted.
 */
export const signIn = (delegate: SignInDelegate): OperatorFunction<User, never> =>
  pipe(
    take(1),
    tap((found) => {
      const user = { ...found, handle: handleOf(found) };
      if (!delegate.ending && delegate.admits(user)) delegate.logIn(user);
    }),
    ignoreElements(),
  );

/** Authenticators are third-party code, so the type isn't enough. */
function handleOf(found: Partial<User> | null | undefined): string {
  const handle = found?.handle;
  if (typeof handle !== 'string')
    throw new AppError(
      'APP_USER_INVALID',
      `an authenticator emits a user with a handle (text), and this one emitted ${found ? `${kindOf(found)} whose handle is ${kindOf(handle)}` : kindOf(found)}`,
    );
  const shown = sanitize(handle);
  if (shown.trim() === '')
    throw new AppError('APP_USER_INVALID', 'a handle needs at least one visible character');
  return shown;
}
