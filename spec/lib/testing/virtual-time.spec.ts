import { map, timer } from 'rxjs';
import { inVirtualTime } from '../../../lib/testing/virtual-time.js';

describe('inVirtualTime', () => {
  it('accepts matching values, over years of virtual time', () => {
    const seen = inVirtualTime((m) => {
      const year$ = timer(365 * 24 * 3_600_000, m.scheduler).pipe(map(() => 'new year'));
      m.expectObservable(year$).toBe('365d (a|)'.replace('365d', `${365 * 24 * 3600}s`), { a: 'new year' });
      return 'done';
    });
    expect(seen).toBe('done');
  });

  it('throws at another value, another time, or another subscription', () => {
    const wrong = [
      () => inVirtualTime((m) => m.expectObservable(m.cold('-a|')).toBe('-b|')),
      () => inVirtualTime((m) => m.expectObservable(m.cold('-a|')).toBe('--a|')),
      () =>
        inVirtualTime((m) => {
          const source = m.cold('-a|');
          m.expectObservable(source).toBe('-a|');
          m.expectSubscriptions(source.subscriptions).toBe('^-!--');
          m.expectSubscriptions(source.subscriptions).toBe('^---!');
        }),
    ];
    for (const run of wrong) expect(run).toThrowMatching(({ name }) => name === 'AssertionError');
  });
});
