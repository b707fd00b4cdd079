import { formatRate, parseRate } from '../../../lib/config/rate.js';

describe('parseRate', () => {
  it('reads a count per second, minute or hour', () => {
    expect(parseRate('50/s')).toEqual({ count: 50, perMs: 1_000, burst: 50 });
    expect(parseRate('10/min')).toEqual({ count: 10, perMs: 60_000, burst: 10 });
    expect(parseRate('5/h')).toEqual({ count: 5, perMs: 3_600_000, burst: 5 });
  });

  it('reads a burst, larger or smaller than the count', () => {
    expect(parseRate('10/min:20')).toEqual({ count: 10, perMs: 60_000, burst: 20 });
    expect(parseRate('50/s:1')).toEqual({ count: 50, perMs: 1_000, burst: 1 });
  });

  it('reads off as null', () => expect(parseRate('off')).toBeNull());

  it('reads up to a million', () => {
    expect(parseRate('1000000/s')?.count).toBe(1_000_000);
    expect(parseRate('1/s:1000000')?.burst).toBe(1_000_000);
  });

  for (const [why, text] of [
    ['nothing', ''],
    ['a number alone', '50'],
    ['a count of zero', '0/s'],
    ['a burst of zero', '50/s:0'],
    ['an empty burst', '50/s:'],
    ['a fraction', '0.5/s'],
    ['a sign', '-5/s'],
    ['an unknown unit', '10/m'],
    ['a duration for a unit', '10/5s'],
    ['the name of something every object has', '1/constructor'],
    ['spaces', '10 / min'],
    ['a newline after it', '10/min\n'],
    ['more than a million', '1000001/s'],
    ['a burst of more than a million', '1/s:1000001'],
    ['a number beyond all numbers', `${'9'.repeat(400)}/s`],
  ] as const) {
    it(`refuses ${why}`, () => expect(parseRate(text)).toBeUndefined());
  }
});

describe('formatRate', () => {
  for (const text of ['off', '50/s', '50/s:100', '10/min', '10/min:20', '5/h:1']) {
    it(`writes ${text} as it was read`, () => expect(formatRate(parseRate(text) ?? null)).toBe(text));
  }

  it('leaves out a burst equal to the count', () => {
    expect(formatRate({ count: 10, perMs: 60_000, burst: 10 })).toBe('10/min');
  });

  it('writes a period without a name as a duration', () => {
    expect(formatRate({ count: 3, perMs: 250, burst: 4 })).toBe('3/250ms:4');
  });
});
