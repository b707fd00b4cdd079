import {
  catchError,
  defer,
  map,
  mergeMap,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  throwError,
  timer,
} from 'rxjs';
import type { Authenticator } from '../../streams/types/app.js';
import type { Session, User } from '../../streams/types/session.js';
import { SessionEnd } from '../../streams/types/session-end.js';
import { AccountsError } from '../errors.js';
import { messageOf } from '../text/message-of.js';
import { type AccountReader, accountReader } from './account-reader.js';
import { type AccountThrottle, accountThrottle } from './account-throttle.js';
import { folded } from './handle.js';
import { limitConcurrency } from './limit-concurrency.js';
import { isPassword, nobodyLike } from './password-hash.js';

/** The number of wrong passwords that ends a session. */
const TRIES = 3;

/**
 * At most two checks run at a time. Each takes one of Node's four threads, which files and names need too.
 */
const inTurn = limitConcurrency(2);

const WRONG = Symbol('wrong');

/** Emits the user, or null for a wrong handle or password. */
type PasswordCheck = (handle: string, password: string) => Observable<User | null>;

/**
 * Creates an authenticator for callers with an account: asks for a handle and a password, which isn't shown.
 * `impulse passwd` writes the file of accounts. The file is checked on each try and read when it has changed,
 * so a change takes effect at once. Neither the answer nor its timing tells whether a handle exists.
 *
 * Each wrong password is a `loginAttemptFailed` and counts against its address. The third ends the session
 * (`login-failed`). Tries for one account become slower, up to ten seconds each, from all addresses but those
 * from which the account logged in lately.
 *
 * If a password can't be checked, because the file can't be read for example, the caller is asked to call
 * again later. The session ends as `login-failed`, with an {@link AccountsError} as the `error` of
 * `sessionClosing`. That doesn't count against the address.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby, passwords } from 'impulse-bbs';
 *
 * createImpulse({ app: lobby(), authenticate: passwords('accounts') });
 * ```
 */
export function passwords(file: string): Authenticator {
  const readAccounts = accountReader(file);
  const check$: PasswordCheck = (handle, password) =>
    inTurn(() => check(readAccounts, handle, password)).pipe(
      catchError((error) => throwError(() => new SessionEnd('login-failed', uncheckable(file, error)))),
    );
  const throttle = accountThrottle();
  return (session, { scheduler }) =>
    defer(() => logIn(session, check$, throttle, scheduler)).pipe(
      retry({ count: TRIES - 1, delay: (error) => sayIfWrong(session, error) }),
      catchError((error) => throwError(() => (error === WRONG ? new SessionEnd('login-failed') : error))),
    );
}

function logIn(
  session: Session,
  check$: PasswordCheck,
  throttle: AccountThrottle,
  scheduler: SchedulerLike,
): Observable<User> {
  const attempt = (handle: string, password: string): Observable<User> => {
    const { address } = session;
    const waitMs = throttle.delayMs(handle, address, scheduler.now());
    const checked$ = check$(handle, password);
    return (waitMs > 0 ? timer(waitMs, scheduler).pipe(mergeMap(() => checked$)) : checked$).pipe(
      map((user) => {
        if (user) {
          throttle.succeeded(handle, address, scheduler.now());
          return user;
        }
        session.reportFailedLogin(handle);
        throw WRONG;
      }),
    );
  };
  return session
    .ask('Handle: ')
    .pipe(
      mergeMap((handle) =>
        session
          .ask('Password: ', { secret: true })
          .pipe(mergeMap((password) => attempt(handle.trim(), password))),
      ),
    );
}

async function check(readAccounts: AccountReader, handle: string, password: string): Promise<User | null> {
  const accounts = await readAccounts();
  const account = accounts.get(folded(handle));
  const isRight = await isPassword(password, account ?? nobodyLike(accounts.values()));
  return account && isRight ? { handle: account.handle } : null;
}

function uncheckable(file: string, error: unknown): AccountsError {
  const code = error instanceof AccountsError ? error.code : 'ACCOUNTS_UNREADABLE';
  const message = `the password can't be checked: ${messageOf(error)}`;
  return new AccountsError(code, file, message, { cause: error });
}

function sayIfWrong(session: Session, error: unknown): Observable<unknown> {
  if (error !== WRONG) return throwError(() => error);
  session.write('Wrong handle or password.\n');
  return of(null);
}
