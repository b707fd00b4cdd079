import { map, NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { MAX_SOURCES } from '../../../streams/admission/address-rates.js';
import { isRefused } from '../../../streams/admission/refused.js';
import { throttle } from '../../../streams/admission/throttle.js';
import type { ConnectionAttempt, Refused } from '../../../streams/types/admission.js';
import type { Rate } from '../../../streams/types/limits.js';

const from = (address: string) => fakeConnection(NEVER, { address });
const BLOCKED: Refused = { verdict: 'refused', connection: from('192.0.2.66'), reason: 'blocked' };

/** The connections in the diagrams below. */
const KNOCKS: Record<string, ConnectionAttempt> = {
  a: from('192.0.2.1'),
  b: from('192.0.2.2'),
  c: from('192.0.2.3'),
  m: from('::ffff:192.0.2.1'),
  x: from('2001:db8:1:2::1'),
  y: from('2001:db8:1:2:ffff::9'),
  z: from('2001:db8:1:3::1'),
  e: BLOCKED,
};

/** The outcomes: accepted, or the rule that refused. */
const FATES = { w: 'welcome', a: 'address', r: 'rate', b: 'blocked' } as const;

const fate = map((attempt: ConnectionAttempt) => (isRefused(attempt) ? attempt.reason : 'welcome'));

const rate = (burst: number, perMs: number): Rate => ({ count: 1, perMs, burst });

const each = (m: Context, perAddress: Rate | null, altogether: Rate | null = null) =>
  throttle({ connectionRate: altogether, connectionRatePerAddress: perAddress }, m.scheduler);

describe('throttle', () => {
  it(
    'refuses none without a rate',
    marbles((m) => {
      const attempt = m.hot('(aaaaaaaaaaaaaaaa)-a|', KNOCKS);
      const expected = '   (wwwwwwwwwwwwwwww)-w|';
      m.expect(attempt.pipe(each(m, null), fate)).toBeObservable(expected, FATES);
      m.expect(attempt).toHaveSubscriptions('^-------------------!');
    }),
  );

  it(
    'allows a burst, then one more for each token earned, to the millisecond',
    marbles((m) => {
      const attempt = m.hot('aaa------aa--------aa|', KNOCKS);
      const expected = '   wwa------aw--------aw|';
      m.expect(attempt.pipe(each(m, rate(2, 10)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    'earns no more than a burst, however long the quiet',
    marbles((m) => {
      const attempt = m.hot('(aa) 10m (aaa) 10m (aaa|)', KNOCKS);
      const expected = '   (ww) 10m (wwa) 10m (wwa|)';
      m.expect(attempt.pipe(each(m, rate(2, 10)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    'says when to try again',
    marbles((m) => {
      const retry$ = m.hot('a--a---a--a|', KNOCKS).pipe(
        each(m, rate(1, 10)),
        map((attempt) => (isRefused(attempt) ? attempt.retryInMs : 'welcome')),
      );
      m.expect(retry$).toBeObservable('w--7---3--w|', { w: 'welcome', 7: 7, 3: 3 });
    }),
  );

  it(
    'limits each source separately',
    marbles((m) => {
      const attempt = m.hot('abcabc|', KNOCKS);
      const expected = '   wwwaaa|';
      m.expect(attempt.pipe(each(m, rate(1, 10)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    'takes a /64 for one source, and IPv4-mapped addresses for IPv4',
    marbles((m) => {
      const attempt = m.hot('xyz-am|', KNOCKS);
      const expected = '   waw-wa|';
      m.expect(attempt.pipe(each(m, rate(1, 10)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    'limits all sources together',
    marbles((m) => {
      const attempt = m.hot('abc------cb|', KNOCKS);
      const expected = '   wwr------rw|';
      m.expect(attempt.pipe(each(m, null, rate(2, 10)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    "checks the rate of the source first, so that a flooder doesn't use up the allowance of others",
    marbles((m) => {
      const attempt = m.hot('(aaaaaaaaaa)(bc)|', KNOCKS);
      const expected = '   (waaaaaaaaa)(wr)|';
      m.expect(attempt.pipe(each(m, rate(1, 1000), rate(2, 1000)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    "doesn't count earlier refusals",
    marbles((m) => {
      const attempt = m.hot('(eeee)(ab)|', KNOCKS);
      const expected = '   (bbbb)(wr)|';
      m.expect(attempt.pipe(each(m, rate(1, 1000), rate(1, 1000)), fate)).toBeObservable(expected, FATES);
    }),
  );

  it(
    'starts with full buckets for each subscription',
    marbles((m) => {
      const attempt$ = m.cold('aa|', KNOCKS).pipe(each(m, rate(1, 1000), rate(1, 1000)), fate);
      m.expect(attempt$).toBeObservable('     wa|', FATES);
      m.expect(attempt$, '---^').toBeObservable('---wa|', FATES);
    }),
  );

  it('forgets the sources unused longest when there are too many', () => {
    const attempts = new Subject<ConnectionAttempt>();
    let last = '';
    attempts
      .pipe(
        throttle(
          { connectionRate: null, connectionRatePerAddress: rate(1, 60_000) },
          new VirtualTimeScheduler(),
        ),
        fate,
      )
      .subscribe((became) => {
        last = became;
      });
    const line = fakeConnection(NEVER);
    const attempt = (address: string) => {
      attempts.next(Object.create(line, { address: { value: address } }));
      return last;
    };
    /** This many sources, one connection each. */
    let strangers = 0;
    const crowd = (size: number) => {
      for (let one = 0; one < size; one += 1) {
        strangers += 1;
        attempt(`10.${strangers >> 16}.${(strangers >> 8) & 255}.${strangers & 255}`);
      }
    };

    expect(attempt('192.0.2.1')).toBe('welcome');
    crowd(MAX_SOURCES / 2 - 1);
    // Still remembered, and no longer among those unused longest.
    expect(attempt('192.0.2.1')).toBe('address');
    crowd(MAX_SOURCES / 2);
    expect(attempt('192.0.2.1')).toBe('address');
    crowd(MAX_SOURCES);
    expect(attempt('192.0.2.1')).toBe('welcome');
  });

  it(
    'is silent with a silent source, and completes with it',
    marbles((m) => {
      m.expect(m.hot('---', KNOCKS).pipe(each(m, rate(1, 10)))).toBeObservable('---');
      m.expect(m.cold('  |', KNOCKS).pipe(each(m, rate(1, 10)))).toBeObservable('|');
    }),
  );

  it(
    'passes an error on',
    marbles((m) => {
      const attempt = m.hot('-a-#', KNOCKS);
      m.expect(attempt.pipe(each(m, rate(1, 10)), fate)).toBeObservable('-w-#', FATES);
      m.expect(attempt).toHaveSubscriptions('^--!');
    }),
  );

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const attempt = m.hot('-a-a-a-', KNOCKS);
      const unsub = '     ^---!';
      m.expect(attempt.pipe(each(m, rate(2, 10)), fate), unsub).toBeObservable('-w-w-', FATES);
      m.expect(attempt).toHaveSubscriptions(unsub);
    }),
  );
});
