import { formatDuration, LONGEST_MS, parseDuration } from '../../../lib/config/duration.js';

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['1ms', 1],
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['596h', 2_145_600_000],
    [`${LONGEST_MS}ms`, LONGEST_MS],
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
    ['one millisecond more than a timer keeps', `${LONGEST_MS + 1}ms`],
    ['597 hours', '597h'],
    ['a number beyond all numbers', `${'9'.repeat(400)}s`],
    ['OFF', 'OFF'],
  ] as const) {
    it(`refuses ${why}`, () => expect(parseDuration(text)).toBeUndefined());
  }
});

describe('formatDuration', () => {
  for (const text of ['off', '1ms', '1500ms', '90s', '10m', '2h', `${LONGEST_MS}ms`]) {
    it(`writes ${text} as it was read`, () => expect(formatDuration(parseDuration(text) ?? null)).toBe(text));
  }

  it('takes the largest unit that needs no fraction', () => {
    expect(formatDuration(60_000)).toBe('1m');
    expect(formatDuration(5_400_000)).toBe('90m');
    expect(formatDuration(86_400_000)).toBe('24h');
  });
});
