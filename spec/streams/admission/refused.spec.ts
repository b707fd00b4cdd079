import { map, NEVER } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { isRefused, refuse } from '../../../streams/admission/refused.js';
import type { Knock, Refused } from '../../../streams/types/admission.js';

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
      const knock = m.hot<Knock>('-a-b-a-|', KNOCKS);
      const expected = '          -a-x-a-|';
      const x: Refused = { verdict: 'refused', connection: bob, reason: 'penalty', retryInMs: 3000 };
      m.expect(knock.pipe(onlyAnn())).toBeObservable(expected, { a: ann, x });
      m.expect(knock).toHaveSubscriptions('^------!');
    }),
  );

  it(
    'passes earlier refusals unchanged, and hides them from the rule',
    marbles((m) => {
      const knock = m.hot<Knock>('-a-e-b-|', KNOCKS);
      const expected = '          -x-e-b-|';
      const x: Refused = { verdict: 'refused', connection: ann, reason: 'rate' };
      m.expect(knock.pipe(everySecond())).toBeObservable(expected, { b: bob, e: eve, x });
    }),
  );

  it(
    'passes the connection itself, not a copy',
    marbles((m) => {
      const same$ = m.hot<Knock>('-a-e-|', KNOCKS).pipe(
        onlyAnn(),
        map((knock) => knock === ann || knock === eve),
      );
      m.expect(same$).toBeObservable('-t-t-|', { t: true });
    }),
  );

  it(
    'starts the rule anew for each subscription',
    marbles((m) => {
      const knock$ = m.cold<Knock>('ab|', KNOCKS).pipe(everySecond(), map(isRefused));
      m.expect(knock$).toBeObservable('     rw|', { r: true, w: false });
      m.expect(knock$, '---^').toBeObservable('---rw|', { r: true, w: false });
    }),
  );

  it(
    'is silent with a silent source, and completes with it',
    marbles((m) => {
      m.expect(m.hot<Knock>('---').pipe(onlyAnn())).toBeObservable('---');
      m.expect(m.cold<Knock>('  |').pipe(onlyAnn())).toBeObservable('|');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const knock = m.hot<Knock>('-a-#', KNOCKS);
      m.expect(knock.pipe(onlyAnn())).toBeObservable('-a-#', { a: ann });
      m.expect(knock).toHaveSubscriptions('           ^--!');
    }),
  );

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const knock = m.hot<Knock>('-a-a-a-', KNOCKS);
      const unsub = '             ^---!';
      m.expect(knock.pipe(onlyAnn()), unsub).toBeObservable('-a-a-', { a: ann });
      m.expect(knock).toHaveSubscriptions(unsub);
    }),
  );
});
