import { VirtualTimeScheduler } from 'rxjs';
import {
  LEAST_PENALTY_MS,
  MAX_OFFENDERS,
  type Offence,
  PENALTIES,
  penalties,
} from '../../../streams/admission/penalties.js';

const ADDRESS = '192.0.2.1';

/** A table, and its clock. */
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
  it('keep nobody out for a slip', () => {
    const { commit, remainingMs } = table();
    expect(commit('no-login', 14)).toBe(0);
    expect(commit('no-login', 0)).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('keep out at once whoever typed three wrong passwords, or broke the protocol', () => {
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
    it(`begin with ${offence} the ${times}. time, for ${forMs} ms`, () => {
      const { commit } = table();
      expect(commit(offence, times - 1)).toBe(0);
      expect(commit(offence)).toBe(forMs);
    });
  }

  it('add up, and are told when they begin, once', () => {
    const { commit, remainingMs } = table();
    commit('no-login', 14);
    expect(commit('no-login')).toBe(LEAST_PENALTY_MS);
    expect(remainingMs(ADDRESS)).toBe(LEAST_PENALTY_MS);
    expect(commit('no-login')).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(LEAST_PENALTY_MS + PENALTIES['no-login']);
  });

  it('run off with time, those that are not in force yet too', () => {
    const { commit, remainingMs, pass } = table();
    commit('login-timeout');
    pass(PENALTIES['login-timeout']);
    expect(commit('login-timeout')).toBe(0);
    expect(commit('login-timeout')).toBe(2 * PENALTIES['login-timeout']);
    pass(PENALTIES['login-timeout']);
    // Once in force they are until the end, below the least too.
    expect(remainingMs(ADDRESS)).toBe(PENALTIES['login-timeout']);
    pass(PENALTIES['login-timeout']);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('begin anew when they are over', () => {
    const { commit, remainingMs, pass } = table();
    expect(commit('protocol')).toBe(PENALTIES.protocol);
    pass(PENALTIES.protocol);
    expect(commit('no-login')).toBe(0);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('end, after ten minutes at most', () => {
    const { commit, remainingMs, pass } = table();
    commit('protocol', 100);
    expect(remainingMs(ADDRESS)).toBe(600_000);
    pass(600_000);
    expect(remainingMs(ADDRESS)).toBe(0);
    pass(1000);
    expect(remainingMs(ADDRESS)).toBe(0);
  });

  it('are for an IPv4 address, and for an IPv6 /64', () => {
    const { commit, remainingMs } = table();
    commit('protocol', 1, '192.0.2.1');
    commit('protocol', 1, '2001:db8::1');
    expect(['192.0.2.2', '2001:db8:0:100::1'].map(remainingMs)).toEqual([0, 0]);
    expect(['::ffff:192.0.2.1', '2001:db8::2'].every((address) => remainingMs(address) > 0)).toBe(true);
  });

  it('keep out an IPv6 /56 for four times as much, and a /48 for sixteen times', () => {
    const { add, remainingMs } = table();
    const begun: string[] = [];
    for (let one = 0; one < 16; one += 1) {
      // A /64 of its own each time, in four /56.
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

  it('add nothing for calls that come no faster than one a second, so that a penalty ends', () => {
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

  it('go on for as long as calls come faster than that', () => {
    const { commit, remainingMs, pass } = table();
    commit('login-failed');
    for (let tick = 0; tick < 600; tick += 1) {
      pass(100);
      commit('knocking');
    }
    expect(remainingMs(ADDRESS)).toBeGreaterThan(15_000);
  });

  it('remember no more than so many sources, the later half surely', () => {
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
