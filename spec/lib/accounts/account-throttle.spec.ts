import fc from 'fast-check';
import { accountThrottle, MAX_WAIT_MS } from '../../../lib/accounts/account-throttle.js';
import { holds } from '../../support/holds.js';

/** An address of its own for each. */
const from = (index: number) => `198.51.${index >> 8}.${index & 255}`;

describe('accountThrottle', () => {
  it('slows down attempts for one account from any address', () => {
    const { delayMs } = accountThrottle();
    const waits = Array.from({ length: 9 }, (_, index) => delayMs('ann', from(index), 0));
    expect(waits).toEqual([0, 0, 0, 1000, 3000, 7000, 10_000, 10_000, 10_000]);
  });

  it('delays an attempt by at most ten seconds', () => {
    const { delayMs } = accountThrottle();
    const tries = fc.array(fc.record({ afterMs: fc.nat(20_000), address: fc.nat(300) }), { maxLength: 60 });
    let now = 0;
    holds(
      fc.property(tries, (steps) => {
        for (const { afterMs, address } of steps) {
          now += afterMs;
          const waitMs = delayMs('ann', from(address), now);
          if (waitMs < 0 || waitMs > MAX_WAIT_MS) throw new Error(`${waitMs}`);
        }
      }),
    );
  });

  it('spaces the checks of concurrent attempts by ten seconds', () => {
    const { delayMs } = accountThrottle();
    let now = 0;
    let checked = 0;
    for (; now < 3_600_000; checked += 1) now += delayMs('ann', from(checked), now);
    expect(checked).toBeLessThan(370);
  });

  it('treats all spellings of a handle as one, and unknown handles the same', () => {
    const { delayMs } = accountThrottle();
    for (const handle of ['Zoë', 'ZOË', 'zoe\u0308']) expect(delayMs(handle, from(1), 0)).toBe(0);
    expect(delayMs('zoë', from(1), 0)).toBe(1000);
    expect(delayMs('bob', from(1), 0)).toBe(0);
    const long = 'x'.repeat(60_000);
    for (const handle of [long, `${long}y`, `${long}z`]) delayMs(handle, from(1), 0);
    expect(delayMs(long, from(1), 0)).toBe(1000);
  });

  it('forgets one attempt a minute', () => {
    const { delayMs } = accountThrottle();
    for (let index = 0; index < 100; index += 1) delayMs('ann', from(index), 0);
    expect(delayMs('ann', from(1), 5 * 60_000)).toBe(0);
    expect(delayMs('ann', from(1), 6 * 60_000)).toBe(0);
  });

  it("doesn't count a successful attempt", () => {
    const { delayMs, succeeded } = accountThrottle();
    for (let index = 0; index < 20; index += 1) {
      expect(delayMs('ann', from(index), 0)).toBe(0);
      succeeded('ann', from(index), 0);
    }
  });

  it('exempts addresses from which the account logged in recently', () => {
    const { delayMs, succeeded } = accountThrottle();
    delayMs('ann', '2001:db8::1', 0);
    succeeded('ann', '2001:db8::1', 0);
    for (let index = 0; index < 20; index += 1) delayMs('ann', from(index), 1000);
    expect(delayMs('Ann', '2001:db8::2', 1000)).toBe(0);
    expect(delayMs('ann', '2001:db8:0:1::2', 1000)).toBe(MAX_WAIT_MS);
    expect(delayMs('ann', '2001:db8::2', 8 * 24 * 3_600_000)).toBe(0);
    for (let index = 0; index < 3; index += 1) delayMs('ann', '2001:db8::2', 8 * 24 * 3_600_000);
    expect(delayMs('ann', '2001:db8::2', 8 * 24 * 3_600_000)).toBeGreaterThan(0);
  });
});
