import { VirtualTimeScheduler } from 'rxjs';
import {
  LEAST_PENALTY_MS,
  MAX_OFFENDERS,
  type Offence,
  PENALTIES,
  penalties,
} from '../../../streams/admission/penalties.js';

const ADDRESS = '192.0.2.1';

/** Penalties, and their clock. */
function table() {
  const scheduler = new VirtualTimeScheduler();
  const { add, remainingMs } = penalties(scheduler);
  const pass = (ms: number) => {
    scheduler.frame += ms;
  };
  const commit = (offence: Offence, times = 1, address = ADDRESS) => {
    let last = 0;
    for (let time = 0; time < times; time += 1) last = add(address, offence)[0]?.forMs ?? 0;
    return last;
  };
  return { add, remainingMs, pass, commit };
}

describe('penalties', () => {
  it('refuse no address for a single slip', () => {
    const { commit, remainingMs } = table();
    expect(commit('no-login', 14)).toBe(0);
    expect(commit('no-login', 0)).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('refuse an address at once after three wrong passwords or a protocol violation', () => {
    for (const offence of ['login-failed', 'protocol'] as const) {
      const { commit } = table();
      expect(commit(offence)).toBe(PENALTIES[offence]);
    }
  });

  for (const [offence, times, forMs] of [
    ['no-login', 15, 15_000],
    ['flood', 8, 16_000],
    ['login-timeout', 2, 20_000],
    ['login-failed', 1, 15_000],
    ['protocol', 1, 90_000],
  ] as const) {
    it(`take effect at offence number ${times} of ${offence}, for ${forMs} ms`, () => {
      const { commit } = table();
      expect(commit(offence, times - 1)).toBe(0);
      expect(commit(offence)).toBe(forMs);
    });
  }

  it('add up, and are reported once when they take effect', () => {
    const { commit, remainingMs } = table();
    commit('no-login', 14);
    expect(commit('no-login')).toBe(LEAST_PENALTY_MS);
    expect(remainingMs(ADDRESS)).toBe(LEAST_PENALTY_MS);
    expect(commit('no-login')).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(LEAST_PENALTY_MS + PENALTIES['no-login']);
  });

  it('expire with time, also before they take effect', () => {
    const { commit, remainingMs, pass } = table();
    commit('login-timeout');
    pass(PENALTIES['login-timeout']);
    expect(commit('login-timeout')).toBe(0);
    expect(commit('login-timeout')).toBe(2 * PENALTIES['login-timeout']);
    pass(PENALTIES['login-timeout']);
    // Once in effect they stay so until they expire, also below the minimum.
    expect(remainingMs(ADDRESS)).toBe(PENALTIES['login-timeout']);
    pass(PENALTIES['login-timeout']);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('start anew once expired', () => {
    const { commit, remainingMs, pass } = table();
    expect(commit('protocol')).toBe(PENALTIES.protocol);
    pass(PENALTIES.protocol);
    expect(commit('no-login')).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('last at most ten minutes', () => {
    const { commit, remainingMs, pass } = table();
    commit('protocol', 100);
    expect(remainingMs(ADDRESS)).toBe(600_000);
    pass(600_000);
    expect(remainingMs(ADDRESS)).toBe(0);
    pass(1000);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('apply to an IPv4 address, and to an IPv6 /64', () => {
    const { commit, remainingMs } = table();
    commit('protocol', 1, '192.0.2.1');
    commit('protocol', 1, '2001:db8::1');
    expect(['192.0.2.2', '2001:db8:0:100::1'].map(remainingMs)).toEqual([0, 0]);
    expect(['::ffff:192.0.2.1', '2001:db8::2'].every((address) => remainingMs(address) > 0)).toBe(true);
  });

  it('apply to an IPv6 /56 at four times as many offences, and to a /48 at sixteen times', () => {
    const { add, remainingMs } = table();
    const begun: string[] = [];
    for (let one = 0; one < 16; one += 1) {
      // A different /64 each time, in four /56.
      const address = `2001:db8:0:${(one >> 2).toString(16)}0${one & 3}::1`;
      for (const { network, forMs } of add(address, 'login-failed')) begun.push(`${network} ${forMs}`);
    }
    const wider = begun.filter((network) => !/\/64 /.test(network));
    expect(begun.length - wider.length).toBe(16);
    expect(wider).toEqual([
      '2001:db8:0:0::/56 15000',
      '2001:db8:0:100::/56 15000',
      '2001:db8:0:200::/56 15000',
      '2001:db8:0:300::/56 15000',
      '2001:db8:0::/48 15000',
    ]);
    expect(remainingMs('2001:db8:0:4400::1')).toBe(15_000);
    expect(remainingMs('2001:db8:1::1')).toBe(0);
  });

  it("don't grow by one attempt a second, so that they expire", () => {
    const { commit, remainingMs, pass } = table();
    commit('login-failed');
    for (let second = 1; second < 15; second += 1) {
      pass(1000);
      expect(commit('knocking')).toBe(0);
      expect(remainingMs(ADDRESS)).toBe(1000 * (15 - second));
    }
    pass(1000);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('grow with faster attempts', () => {
    const { commit, remainingMs, pass } = table();
    commit('login-failed');
    for (let tick = 0; tick < 600; tick += 1) {
      pass(100);
      commit('knocking');
    }
    expect(remainingMs(ADDRESS)).toBeGreaterThan(15_000);
  });

  it('are remembered for a bounded number of sources, the newer half at least', () => {
    const { commit, remainingMs } = table();
    const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    for (let index = 0; index < 2 * MAX_OFFENDERS; index += 1) commit('protocol', 1, address(index));
    let remembered = 0;
    for (let index = 0; index < 2 * MAX_OFFENDERS; index += 1)
      if (remainingMs(address(index)) > 0) remembered += 1;
    expect(remembered).toBeLessThanOrEqual(MAX_OFFENDERS);
    expect(remembered).toBeGreaterThanOrEqual(MAX_OFFENDERS / 2);
    expect(remainingMs(address(2 * MAX_OFFENDERS - 1))).toBeGreaterThan(0);
  });
});
