import { map, NEVER } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { isRefused, refuse } from '../../../streams/admission/refused.js';
import type { ConnectionAttempt, Refused } from '../../../streams/types/admission.js';

const ann = fakeConnection(NEVER, { address: '192.0.2.1' });
const bob = fakeConnection(NEVER, { address: '192.0.2.2' });
const eve: Refused = { verdict: 'refused', connection: fakeConnection(NEVER), reason: 'blocked' };
const KNOCKS = { a: ann, b: bob, e: eve };

/** Refuses all connections but Ann's. */
const onlyAnn = () =>
  refuse(() => (connection) => (connection === ann ? null : { reason: 'penalty', retryInMs: 3000 }));

/** Accepts every second one. */
const everySecond = () =>
  refuse(() => {
    let count = 0;
    return () => {
      count += 1;
      return count % 2 === 0 ? null : { reason: 'rate' };
    };
  });

describe('isRefused', () => {
  it('tells refused connections from others', () => {
    expect(isRefused(eve)).toBeTrue();
    expect(isRefused(ann)).toBeFalse();
  });

  it("isn't confused by other verdicts", () => {
    expect(isRefused({ verdict: 'admitted' })).toBeFalse();
    expect(isRefused({ verdict: 'waiting' })).toBeFalse();
  });
});

describe('refuse', () => {
  it(
    'passes connections the rule accepts, and refuses others with reason and time',
    marbles((m) => {
      const attempt = m.hot<ConnectionAttempt>('-a-b-a-|', KNOCKS);
      const expected = '          -a-x-a-|';
      const x: Refused = { verdict: 'refused', connection: bob, reason: 'penalty', retryInMs: 3000 };
      m.expect(attempt.pipe(onlyAnn())).toBeObservable(expected, { a: ann, x });
      m.expect(attempt).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'passes earlier refusals unchanged, and hides them from the rule',
    marbles((m) => {
      const attempt = m.hot<ConnectionAttempt>('-a-e-b-|', KNOCKS);
      const expected = '          -x-e-b-|';
      const x: Refused = { verdict: 'refused', connection: ann, reason: 'rate' };
      m.expect(attempt.pipe(everySecond())).toBeObservable(expected, { b: bob, e: eve, x });
    }),
  );

  it(
    'passes the connection itself, not a copy',
    marbles((m) => {
      const same$ = m.hot<ConnectionAttempt>('-a-e-|', KNOCKS).pipe(
        onlyAnn(),
        map((attempt) => attempt === ann || attempt === eve),
      );
      m.expect(same$).toBeObservable('-t-t-|', { t: true });
    }),
  );

  it(
    'starts the rule anew for each subscription',
    marbles((m) => {
      const attempt$ = m.cold<ConnectionAttempt>('ab|', KNOCKS).pipe(everySecond(), map(isRefused));
      m.expect(attempt$).toBeObservable('     rw|', { r: true, w: false });
      m.expect(attempt$, '---^').toBeObservable('---rw|', { r: true, w: false });
    }),
  );

  it(
    'is silent with a silent source, and completes with it',
    marbles((m) => {
      m.expect(m.hot<ConnectionAttempt>('---').pipe(onlyAnn())).toBeObservable('---');
      m.expect(m.cold<ConnectionAttempt>('  |').pipe(onlyAnn())).toBeObservable('|');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const attempt = m.hot<ConnectionAttempt>('-a-#', KNOCKS);
      m.expect(attempt.pipe(onlyAnn())).toBeObservable('-a-#', { a: ann });
      m.expect(attempt).toHaveSubscriptions('           ^--!');
    }),
  );

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const attempt = m.hot<ConnectionAttempt>('-a-a-a-', KNOCKS);
      const unsub = '             ^---!';
      m.expect(attempt.pipe(onlyAnn()), unsub).toBeObservable('-a-a-', { a: ann });
      m.expect(attempt).toHaveSubscriptions(unsub);
    }),
  );
});
