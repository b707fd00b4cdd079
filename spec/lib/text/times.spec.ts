import { formatElapsed, timeOfDay } from '../../../lib/text/times.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

describe('formatElapsed', () => {
  for (const [ms, words] of [
    [0, '0s'],
    [999, '0s'],
    [59 * SECOND_MS, '59s'],
    [MINUTE_MS, '1m'],
    [59 * MINUTE_MS + 59 * SECOND_MS, '59m'],
    [HOUR_MS, '1h 0m'],
    [23 * HOUR_MS + 59 * MINUTE_MS, '23h 59m'],
    [24 * HOUR_MS, '1d 0h'],
    [51 * HOUR_MS, '2d 3h'],
  ] as const) {
    it(`returns ${words} for ${ms} ms`, () => {
      expect(formatElapsed(ms)).toBe(words);
    });
  }

  it('never returns less than 0s, whatever the clock', () => {
    expect(formatElapsed(-5000)).toBe('0s');
  });
});

describe('timeOfDay', () => {
  it('returns hours and minutes in UTC', () => {
    expect(timeOfDay(new Date(Date.UTC(2026, 10, 22, 0, 5, 59)))).toBe('00:05');
    expect(timeOfDay(new Date(Date.UTC(2026, 10, 22, 23, 59, 0)))).toBe('23:59');
  });
});
