import { catchError, defer, mergeMap, type Observable, of, retry, throwError } from 'rxjs';
import { SessionEnd } from '../../streams/session-end.js';
import type { Authenticator, Session, User } from '../../streams/types.js';
import { isPassword, nobodyLike } from './account-file.js';
import { type AccountReader, accountReader } from './account-reader.js';
import { folded } from './handle.js';
import { turns } from './turns.js';

/** Wrong passwords in one call, before it is over. */
const TRIES = 3;

/** Passwords that are checked at once: each takes one of Node's four threads, which files and names need too. */
const inTurn = turns(2);

const WRONG = Symbol('wrong');

/**
 * An authenticator for those who have an account: asks for a handle and a password, which isn't shown. The accounts are
 * in a file that `impulse passwd` writes; it is looked at at each try, and read when it has changed, so that a change is in force at once. Whether a handle
 * exists can't be told from the answer, nor from how long it takes. The third wrong password ends the call
 * (`login-failed`), and keeps its address out for a while. If the file can't be read, the call ends as `app-error`.
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
  return (session) =>
    defer(() => logIn(session, readAccounts)).pipe(
      retry({ count: TRIES - 1, delay: (error) => sayIfWrong(session, error) }),
      catchError((error) => throwError(() => (error === WRONG ? new SessionEnd('login-failed') : error))),
    );
}

const logIn = (session: Session, readAccounts: AccountReader): Observable<User> =>
  session.ask('Handle: ').pipe(
    mergeMap((handle) =>
      session
        .ask('Password: ', { secret: true })
        .pipe(mergeMap((password) => inTurn(() => check(readAccounts, handle.trim(), password)))),
    ),
    mergeMap((user) => (user ? of(user) : throwError(() => WRONG))),
  );

async function check(readAccounts: AccountReader, handle: string, password: string): Promise<User | null> {
  const accounts = await readAccounts();
  const account = accounts.get(folded(handle));
  const isRight = await isPassword(password, account ?? nobodyLike(accounts.values()));
  return account && isRight ? { handle: account.handle } : null;
}

function sayIfWrong(session: Session, error: unknown): Observable<unknown> {
  if (error !== WRONG) return throwError(() => error);
  session.write('Wrong handle or password.\n');
  return of(null);
}
