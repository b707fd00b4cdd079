import { formatDuration, MAX_DURATION_MS, parseDuration } from '../../../lib/config/duration.js';

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['1ms', 1],
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['597h', 2_149_200_000],
    ['8760h', 31_536_000_000],
    [`${MAX_DURATION_MS}ms`, MAX_DURATION_MS],
  ] as const) {
    it(`reads ${text}`, () => expect(parseDuration(text)).toBe(ms));
  }

  it('reads off as null', () => expect(parseDuration('off')).toBeNull());

  for (const [why, text] of [
    ['nothing', ''],
    ['a number without a unit', '10'],
    ['a unit without a number', 'm'],
    ['zero', '0s'],
    ['a fraction', '1.5h'],
    ['a sign', '-1s'],
    ['an exponent', '1e3s'],
    ['a space', '10 m'],
    ['space around it', ' 10m'],
    ['a newline after it', '10m\n'],
    ['two of them', '1h30m'],
    ['an unknown unit', '1d'],
    ['a unit in capitals', '10M'],
    ['the name of something every object has', '1constructor'],
    ['one millisecond more than a year', `${MAX_DURATION_MS + 1}ms`],
    ['8761 hours', '8761h'],
    ['a number beyond all numbers', `${'9'.repeat(400)}s`],
    ['OFF', 'OFF'],
  ] as const) {
    it(`refuses ${why}`, () => expect(parseDuration(text)).toBeUndefined());
  }
});

describe('formatDuration', () => {
  for (const text of ['off', '1ms', '1500ms', '90s', '10m', '2h', '8760h']) {
    it(`writes ${text} as it was read`, () => expect(formatDuration(parseDuration(text) ?? null)).toBe(text));
  }

  it('takes the largest unit that needs no fraction', () => {
    expect(formatDuration(60_000)).toBe('1m');
    expect(formatDuration(5_400_000)).toBe('90m');
    expect(formatDuration(86_400_000)).toBe('24h');
  });
});
