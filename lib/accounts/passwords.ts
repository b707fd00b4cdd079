import {
  catchError,
  concat,
  concatMap,
  EMPTY,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  take,
  throwError,
  timer,
} from 'rxjs';
import type { Authenticator } from '../../streams/types/app.js';
import type { Credentials } from '../../streams/types/credentials.js';
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

/** A wrong password. */
const WRONG = Symbol('wrong');
/** A wrong password that the caller gave outside of the terminal, and is told of there. */
class Rejected {
  constructor(readonly credentials: Credentials) {}
}

/** Emits the user; null for a wrong handle, or a wrong password or key. */
type Check = (handle: string, proof: string) => Observable<User | null>;

/**
 * Creates an authenticator for callers with an account: asks for a handle and a password, which isn't shown.
 * `impulse passwd` writes the file of accounts. The file is checked on each try and read when it has changed,
 * so a change takes effect at once. Neither the answer nor its timing tells whether a handle exists.
 *
 * Over SSH the client asks for the password, or offers a public key of the account
 * (`impulse passwd HANDLE --key FILE`); the caller isn't asked again on the terminal.
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
  const failed = (error: unknown) =>
    throwError(() => new SessionEnd('login-failed', uncheckable(file, error)));
  const checks: Checks = {
    password$: (handle, password) =>
      inTurn(() => check(readAccounts, handle, password)).pipe(catchError(failed)),
    key$: (handle, key) => from(checkKey(readAccounts, handle, key)).pipe(catchError(failed)),
    throttle: accountThrottle(),
  };
  return (session, { scheduler }) => {
    const login = new Login(session, checks, scheduler);
    return concat(login.offered$, login.asked$).pipe(
      take(1),
      retry({ count: TRIES - 1, delay: (error) => sayIfWrong(session, error) }),
      catchError((error) => throwError(() => (isWrong(error) ? new SessionEnd('login-failed') : error))),
    );
  };
}

/** What all logins of a board share. */
interface Checks {
  readonly password$: Check;
  readonly key$: Check;
  readonly throttle: AccountThrottle;
}

/** The login of one session. */
class Login {
  readonly #session: Session;
  readonly #checks: Checks;
  readonly #scheduler: SchedulerLike;

  constructor(session: Session, checks: Checks, scheduler: SchedulerLike) {
    this.#session = session;
    this.#checks = checks;
    this.#scheduler = scheduler;
  }

  /** Asks on the terminal. Errors with {@link WRONG}. */
  get asked$(): Observable<User> {
    const ask = (prompt: string, how?: { secret: boolean }) => this.#session.ask(prompt, how);
    return ask('Handle: ').pipe(
      mergeMap((handle) =>
        ask('Password: ', { secret: true }).pipe(mergeMap((password) => this.#try(handle.trim(), password))),
      ),
    );
  }
  /** Takes what the client offers. Errors with {@link Rejected}. Completes when the caller is to be asked. */
  get offered$(): Observable<User> {
    return (this.#session.credentials$ ?? EMPTY).pipe(concatMap((credentials) => this.#take(credentials)));
  }

  #take(credentials: Credentials): Observable<User> {
    const { name, proof } = credentials;
    const letIn = (user: User) => concat(credentials.accept(), of(user));
    const reject = (error: unknown) =>
      throwError(() => (error === WRONG ? new Rejected(credentials) : error));
    if (proof.method === 'password')
      return this.#try(name.trim(), proof.password).pipe(catchError(reject), mergeMap(letIn));
    const known$ = proof.method === 'publickey' ? this.#checks.key$(name, proof.key) : of(null);
    return known$.pipe(
      mergeMap((user) => {
        if (user) return letIn(user);
        // No failure: an agent offers all keys that it has, and nobody guesses one.
        credentials.reject();
        return EMPTY;
      }),
    );
  }
  #try(handle: string, password: string): Observable<User> {
    const { throttle, password$ } = this.#checks;
    const { address } = this.#session;
    const waitMs = throttle.delayMs(handle, address, this.#scheduler.now());
    const checked$ = password$(handle, password);
    return (waitMs > 0 ? timer(waitMs, this.#scheduler).pipe(mergeMap(() => checked$)) : checked$).pipe(
      map((user) => {
        if (user) {
          throttle.succeeded(handle, address, this.#scheduler.now());
          return user;
        }
        this.#session.reportFailedLogin(handle);
        throw WRONG;
      }),
    );
  }
}

async function check(readAccounts: AccountReader, handle: string, password: string): Promise<User | null> {
  const accounts = await readAccounts();
  const account = accounts.get(folded(handle));
  const isRight = await isPassword(password, account ?? nobodyLike(accounts.values()));
  return account && isRight ? { handle: account.handle } : null;
}

async function checkKey(readAccounts: AccountReader, handle: string, key: string): Promise<User | null> {
  const account = (await readAccounts()).get(folded(handle));
  return account?.keys?.includes(key) ? { handle: account.handle } : null;
}

function uncheckable(file: string, error: unknown): AccountsError {
  const code = error instanceof AccountsError ? error.code : 'ACCOUNTS_UNREADABLE';
  const message = `the password can't be checked: ${messageOf(error)}`;
  return new AccountsError(code, file, message, { cause: error });
}

const isWrong = (error: unknown) => error === WRONG || error instanceof Rejected;

/** Not called for the last try: a client that is told to try again would ask its user first. */
function sayIfWrong(session: Session, error: unknown): Observable<unknown> {
  if (!isWrong(error)) return throwError(() => error);
  if (error instanceof Rejected) error.credentials.reject();
  else session.write('Wrong handle or password.\n');
  return of(null);
}
