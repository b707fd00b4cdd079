import { NEVER, type Observable, timer } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { loginTimeout } from '../../../streams/session/login-timeout.js';
import { endFor } from '../../../streams/types/session-end.js';

const TOO_LATE = endFor('login-timeout');

describe('loginTimeout', () => {
  it(
    'errors as login-timeout if there is no user in time, and unsubscribes the authenticator',
    marbles((m) => {
      const login$ = m.cold('-');
      m.expect(login$.pipe(loginTimeout(60_000, m.scheduler))).toBeObservable('1m #', undefined, TOO_LATE);
      m.expect(login$).toHaveSubscriptions('^ 59999ms !');
    }),
  );

  it(
    'passes users on, and ends with the authenticator',
    marbles((m) => {
      for (const login of ['--a-b-|', '--a-#', '--|', '-#', '|'])
        m.expect(m.cold(login).pipe(loginTimeout(60_000, m.scheduler))).toBeObservable(login);
    }),
  );

  it(
    'has no deadline after the first user',
    marbles((m) => {
      const login$ = m.cold('-a 2m b');
      m.expect(login$.pipe(loginTimeout(60_000, m.scheduler)), '^ 3m !').toBeObservable('-a 2m b');
    }),
  );

  it(
    'has no deadline for null',
    marbles((m) => {
      m.expect(NEVER.pipe(loginTimeout(null, m.scheduler)), '^ 59m !').toBeObservable('-');
    }),
  );

  it(
    'unsubscribes the authenticator and its timer when unsubscribed',
    marbles((m) => {
      const login$ = m.cold('-');
      m.expect(login$.pipe(loginTimeout(60_000, m.scheduler)), '^-!').toBeObservable('-');
      m.expect(login$).toHaveSubscriptions('^-!');
    }),
  );

  it(
    'counts from the subscription, whatever the authenticator does meanwhile',
    marbles((m) => {
      const late$: Observable<number> = timer(61_000, m.scheduler);
      m.expect(late$.pipe(loginTimeout(60_000, m.scheduler))).toBeObservable('1m #', undefined, TOO_LATE);
    }),
  );
});
