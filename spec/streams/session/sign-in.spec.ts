import { of, Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type SignInDelegate, signIn } from '../../../streams/session/sign-in.js';
import type { User } from '../../../streams/types/session.js';

const USERS: Record<string, User> = {
  a: { handle: 'ann' },
  b: { handle: 'bob' },
  e: { handle: '\x1b[2Jeve' },
};

/** A session that records who logged in. */
function signingIn(how: Partial<Pick<SignInDelegate, 'ending' | 'admits'>> = {}) {
  const diary: string[] = [];
  const delegate: SignInDelegate = {
    ending: undefined,
    admits: () => true,
    ...how,
    logIn({ handle }) {
      diary.push(`in: ${handle}`);
    },
  };
  return { delegate, diary };
}

describe('signIn', () => {
  it(
    'logs in the first user, unsubscribes the authenticator, and completes',
    marbles((m) => {
      const users = m.cold('--a-b-|', USERS);
      const { delegate, diary } = signingIn();
      m.expect(users.pipe(signIn(delegate))).toBeObservable('--|');
      m.expect(users).toHaveSubscriptions('^-!');
      m.flush();
      expect(diary).toEqual(['in: ann']);
    }),
  );

  it(
    'is silent, completes or errors with the authenticator',
    marbles((m) => {
      for (const diagram of ['-----', '--|', '--#']) {
        const users = m.cold<User>(diagram);
        m.expect(users.pipe(signIn(signingIn().delegate)), '---!').toBeObservable(diagram.slice(0, 3));
      }
    }),
  );

  it('logs in no user if the policy refuses, or the session is over', () => {
    const refused = signingIn({ admits: () => false });
    const late = signingIn({ ending: 'hangup' });
    for (const { delegate, diary } of [refused, late]) {
      const heard: string[] = [];
      of(USERS.a as User)
        .pipe(signIn(delegate))
        .subscribe({ complete: () => heard.push('|') });
      expect(heard).toEqual(['|']);
      expect(diary).toEqual([]);
    }
  });

  it('does not ask the policy if the session is over', () => {
    const asked: User[] = [];
    const admits = (user: User) => asked.push(user) > 0;
    of(USERS.a as User)
      .pipe(signIn(signingIn({ ending: 'hangup', admits }).delegate))
      .subscribe();
    expect(asked).toEqual([]);
  });

  it('makes any handle plain text', () => {
    const { delegate, diary } = signingIn();
    of(USERS.e as User)
      .pipe(signIn(delegate))
      .subscribe();
    expect(diary).toEqual(['in: [2Jeve']);
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
      const { delegate, diary } = signingIn();
      const users = new Subject<User>();
      const failed: Error[] = [];
      users.pipe(signIn(delegate)).subscribe({ error: (error) => failed.push(error) });
      expect(() => users.next(found as unknown as User)).not.toThrow();
      expect(failed.map(({ message }) => message)).toEqual([jasmine.stringContaining(what)]);
      expect(users.observed).toBe(false);
      expect(diary).toEqual([]);
    });
  }

  it('rejects a handle without visible letters', () => {
    for (const handle of ['', '  ', '\x1b\u200b']) {
      const { delegate, diary } = signingIn();
      const failed: Error[] = [];
      of({ handle })
        .pipe(signIn(delegate))
        .subscribe({ error: (error) => failed.push(error) });
      expect(failed.map(({ message }) => message)).toEqual([
        jasmine.stringContaining('at least one visible character'),
      ]);
      expect(diary).toEqual([]);
    }
  });
});
