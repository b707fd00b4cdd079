import { inBytes, statsText } from '../../../../lib/operations/control/stats.js';
import { EMPTY_STATS } from '../../../../streams/events/stats.js';
import { figures } from '../../../support/controlled.js';

describe('statsText', () => {
  it('prints a line for each figure, and reasons by frequency', () => {
    const text = statsText(
      figures({
        onLine: 12,
        most: 31,
        waiting: 1,
        opened: 40,
        waited: 3,
        closed: { ...EMPTY_STATS.closed, idle: 3, hangup: 25 },
        failedLogins: 9,
        refused: { ...EMPTY_STATS.refused, full: 2 },
        bytesIn: 512,
        bytesOut: 1536,
      }),
    );
    expect(text.split('\n')).toEqual([
      'board      open',
      'up         1h 0m',
      'on line    12, peak 31',
      'waiting    1',
      'opened     40, 3 after a wait',
      'closed     28 (25 hangup, 3 idle)',
      'refused    2 (2 full)',
      'logins     9 failed',
      'bytes in   512 B',
      'bytes out  1.5 KiB',
      'memory     80.0 MiB',
      'late       0.5 ms',
      '',
    ]);
  });

  it("says when the board closes, and prints 0 for what hasn't happened", () => {
    const text = statsText(figures({ closesInMs: 240_000 }));
    expect(text).toContain('board      open, closes in 4 minutes\n');
    expect(text).toContain('closed     0\nrefused    0\n');
  });
});

describe('inBytes', () => {
  it('uses a unit that fits', () => {
    const bytes = [0, 0.4, 1023, 1024, 1024 ** 2 - 1, 81.25 * 1024 ** 2, 3 * 1024 ** 4, 5000 * 1024 ** 4];
    expect(bytes.map(inBytes)).toEqual([
      '0 B',
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1024.0 KiB',
      '81.3 MiB',
      '3.0 TiB',
      '5000.0 TiB',
    ]);
  });
});
