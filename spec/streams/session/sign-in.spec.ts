import fc from 'fast-check';
import {
  defer,
  finalize,
  map,
  mergeMap,
  NEVER,
  type Observable,
  type OperatorFunction,
  of,
  pipe,
  Subject,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type SignInDelegate, signIn } from '../../../streams/session/sign-in.js';
import { sanitize } from '../../../streams/terminal/sanitize.js';
import type { User } from '../../../streams/types/session.js';
import { holds } from '../../support/holds.js';

const USERS: Record<string, User> = {
  a: { handle: 'ann' },
  b: { handle: 'bob' },
  e: { handle: '\x1b[2Jeve' },
};

/** A host that records its calls. */
function hosting(
  greeting$: Observable<string>,
  how: Partial<Pick<SignInDelegate<string>, 'ending' | 'admits'>> = {},
) {
  const diary: string[] = [];
  const host: { -readonly [Key in keyof SignInDelegate<string>]: SignInDelegate<string>[Key] } = {
    ending: undefined,
    admits: () => true,
    ...how,
    logIn({ handle }) {
      diary.push(`in: ${handle}`);
    },
    greet: () => greeting$,
  };
  return { host, diary };
}

describe('signIn', () => {
  it(
    'continues with the app of the first user, after unsubscribing the authenticator',
    marbles((m) => {
      const users = m.cold('--a-b-|', USERS);
      const greeting = m.cold('-x-y-|');
      const { host, diary } = hosting(greeting);
      m.expect(users.pipe(signIn(host))).toBeObservable('---x-y-|');
      m.expect(users).toHaveSubscriptions('^-!');
      m.expect(greeting).toHaveSubscriptions('--^----!');
      m.flush();
      expect(diary).toEqual(['in: ann']);
    }),
  );

  it(
    'is silent, completes or errors with the authenticator',
    marbles((m) => {
      for (const diagram of ['-----', '--|', '--#']) {
        const users = m.cold<User>(diagram);
        m.expect(users.pipe(signIn(hosting(NEVER).host)), '---!').toBeObservable(diagram.slice(0, 3));
      }
    }),
  );

  it(
    'errors with the app, and unsubscribes it',
    marbles((m) => {
      const failing = m.cold('-x-#');
      m.expect(m.cold('a', USERS).pipe(signIn(hosting(failing).host))).toBeObservable('-x-#');
      const lasting = m.cold('-x-y-');
      m.expect(m.cold('a', USERS).pipe(signIn(hosting(lasting).host)), '--!').toBeObservable('-x-');
      m.expect(lasting).toHaveSubscriptions('^-!');
    }),
  );

  it('admits no user if the policy refuses, the session is over, or a listener of the login ended it', () => {
    const refused = hosting(of('hello'), { admits: () => false });
    const late = hosting(of('hello'), { ending: 'hangup' });
    const ended = hosting(of('hello'));
    ended.host.logIn = () => {
      ended.host.ending = 'kicked';
    };
    for (const { host, diary } of [refused, late, ended]) {
      const heard: string[] = [];
      of(USERS.a as User)
        .pipe(signIn(host))
        .subscribe({ next: (text) => heard.push(text), complete: () => heard.push('|') });
      expect(heard).toEqual(['|']);
      expect(diary).toEqual([]);
    }
  });

  it('makes any handle plain text', () => {
    const { host, diary } = hosting(of('hello'));
    of(USERS.e as User)
      .pipe(signIn(host))
      .subscribe();
    expect(diary).toEqual(['in: [2Jeve']);
  });

  it('becomes app-error when the app throws before it starts', () => {
    const { host } = hosting(NEVER);
    const thrown = new Error('no app');
    host.greet = () => {
      throw thrown;
    };
    let failed: unknown;
    of(USERS.a as User)
      .pipe(signIn(host))
      .subscribe({
        error: (error) => {
          failed = error;
        },
      });
    expect(failed).toBe(thrown);
  });

  for (const [what, found] of Object.entries({
    null: null,
    undefined: undefined,
    'a string': 'ann',
    'an Object whose handle is undefined': {},
    'an Object whose handle is null': { handle: null },
    'an Object whose handle is a number': { handle: 7 },
  })) {
    it(`rejects a user without a proper handle: ${what}`, () => {
      const { host, diary } = hosting(NEVER);
      const users = new Subject<User>();
      const failed: Error[] = [];
      users.pipe(signIn(host)).subscribe({ error: (error) => failed.push(error) });
      expect(() => users.next(found as unknown as User)).not.toThrow();
      expect(failed.map(({ message }) => message)).toEqual([jasmine.stringContaining(what)]);
      expect(users.observed).toBe(false);
      expect(diary).toEqual([]);
    });
  }

  it('rejects a handle without visible letters', () => {
    for (const handle of ['', '  ', '\x1b\u200b']) {
      const { host, diary } = hosting(NEVER);
      const failed: Error[] = [];
      of({ handle })
        .pipe(signIn(host))
        .subscribe({ error: (error) => failed.push(error) });
      expect(failed.map(({ message }) => message)).toEqual([jasmine.stringContaining('a letter that shows')]);
      expect(diary).toEqual([]);
    }
  });

  /** The same in stock operators. */
  const specified = (host: SignInDelegate<string>): OperatorFunction<User, string> =>
    pipe(
      take(1),
      takeWhile(() => !host.ending),
      map((user) => ({ ...user, handle: sanitize(user.handle) })),
      takeWhile((user) => host.admits(user)),
      tap((user) => host.logIn(user)),
      takeWhile(() => !host.ending),
      mergeMap(() => host.greet()),
    );

  it('does the same as its stock operators, in any order of events', () => {
    const diagram = fc
      .array(fc.constantFrom('-', 'a', 'b', 'e', '-'), { maxLength: 6 })
      .chain((letters) => fc.constantFrom('', '|', '#').map((end) => letters.join('') + end));
    holds(
      fc.property(
        diagram,
        diagram,
        fc.boolean(),
        fc.constantFrom('never', 'before', 'at login'),
        fc.nat(12),
        (users, says, isAdmitted, ends, leavesAt) => {
          const outcome = (operator: (host: SignInDelegate<string>) => OperatorFunction<User, string>) => {
            const seen: unknown[] = [];
            const scheduler = new TestScheduler((actual) => {
              seen.push(actual);
            });
            scheduler.run(({ cold, expectObservable }) => {
              const { host, diary } = hosting(cold(says === '' ? '-' : says), { admits: () => isAdmitted });
              if (ends === 'before') host.ending = 'hangup';
              const note = host.logIn.bind(host);
              host.logIn = (user) => {
                note(user);
                if (ends === 'at login') host.ending = 'kicked';
              };
              const left: string[] = [];
              const login$ = defer(() => cold(users === '' ? '-' : users, USERS)).pipe(
                finalize(() => left.push(`left at ${scheduler.frame}`)),
              );
              const unsubscription = `${'-'.repeat(leavesAt)}!`;
              expectObservable(login$.pipe(operator(host)), unsubscription);
              seen.push(diary, left);
            });
            return JSON.stringify(seen);
          };
          const [is, means] = [outcome(signIn), outcome(specified)];
          if (is !== means) throw new Error(`${is}\nisn't\n${means}`);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
