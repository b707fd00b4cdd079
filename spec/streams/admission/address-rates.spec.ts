import { VirtualTimeScheduler } from 'rxjs';
import { addressRates } from '../../../streams/admission/address-rates.js';
import type { Rate } from '../../../streams/types/limits.js';

const A = '192.0.2.1';

function rates(connectionRatePerAddress: Rate | null = { count: 10, perMs: 60_000, burst: 10 }) {
  const scheduler = new VirtualTimeScheduler();
  const limits = { connectionRatePerAddress };
  const table = addressRates(limits, scheduler);
  const pass = (ms: number) => {
    scheduler.frame += ms;
  };
  /** How many of this many connections are accepted. */
  const inside = (calls: number, addressOf: (call: number) => string = () => A) => {
    let count = 0;
    for (let call = 0; call < calls; call += 1) if (table.take(addressOf(call)) === 0) count += 1;
    return count;
  };
  return { ...table, limits, pass, inside };
}

describe('addressRates', () => {
  it('allows a burst, and returns when the next connection may come', () => {
    const { take, pass, inside } = rates();
    expect(inside(20)).toBe(10);
    expect(take(A)).toBe(6000);
    pass(6000);
    expect(inside(2)).toBe(1);
  });

  it('limits nothing without a rate, and follows changes of the rate', () => {
    const { inside, limits } = rates(null);
    expect(inside(1000)).toBe(1000);
    limits.connectionRatePerAddress = { count: 1, perMs: 1000, burst: 3 };
    expect(inside(1000)).toBe(3);
  });

  it('allows four times as much for an IPv6 /56, and sixteen times for a /48', () => {
    const { inside, pass } = rates();
    const household = (call: number) => `2001:db8:0:ab${(call % 256).toString(16).padStart(2, '0')}::1`;
    expect(inside(500, household)).toBe(40);
    pass(60_000);
    expect(inside(500, household)).toBe(40);
    const customer = (call: number) => `2001:db8:1:${(call % 65_536).toString(16)}::1`;
    expect(inside(65_536, customer)).toBe(160);
    expect(inside(1, () => '2001:db8:2::1')).toBe(1);
  });

  it('takes no tokens of any network for a refused connection', () => {
    const { inside } = rates({ count: 1, perMs: 1000, burst: 2 });
    expect(inside(100, () => '2001:db8:0:1::1')).toBe(2);
    // A connection refused for its /64 takes nothing from the /56.
    expect(inside(100, (call) => `2001:db8:0:${2 + (call % 4)}::1`)).toBe(6);
  });

  it('refunds a connection, so that one every second costs nothing', () => {
    const { inside, giveBack, pass } = rates();
    for (let second = 0; second < 3600; second += 1) {
      expect(inside(1)).toBe(1);
      giveBack(A);
      pass(1000);
    }
    expect(inside(20)).toBe(10);
  });

  it('refunds no more than one a second, and no more than was taken', () => {
    const { inside, giveBack, pass } = rates();
    for (let call = 0; call < 100; call += 1) giveBack(A);
    expect(inside(20)).toBe(10);
    let entered = 0;
    for (let tick = 0; tick < 600; tick += 1) {
      const came = inside(1);
      entered += came;
      if (came) giveBack(A);
      pass(100);
    }
    expect(entered).toBeLessThanOrEqual(90);
  });
});
