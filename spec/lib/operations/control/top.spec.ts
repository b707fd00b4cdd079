import type { Remembered, Sample } from '../../../../lib/operations/control/history.js';
import { sparkline, topScreen } from '../../../../lib/operations/control/top.js';
import { width } from '../../../../lib/text/width.js';
import { caller, view } from '../../../support/controlled.js';

const sample = (calls: number): Sample => ({
  calls,
  refused: 0,
  bytesIn: 120,
  bytesOut: 3500,
  memoryBytes: 80 * 1024 ** 2,
  lateMs: 1.2,
});

/** A board with this many callers, after a minute with more calls each second. */
const board = (onLine: number, listed = onLine): Remembered => ({
  view: view(
    60,
    { onLine, most: 31, waiting: 2 },
    Array.from({ length: listed }, (_, index) => caller(index + 1, index === 1 ? '漢字' : `caller ${index}`)),
  ),
  samples: Array.from({ length: 60 }, (_, second) => sample(second)),
});

describe('topScreen', () => {
  it('shows a board in 80 columns', () => {
    expect(topScreen(board(3), { columns: 80, rows: 24 })).toEqual([
      ' Impulse  open, up 1h 1m                                                q quits',
      '',
      'on line  3, peak 31   waiting  2',
      '',
      `calls        59.0/s  ${sparkline(Array.from({ length: 59 }, (_, index) => index + 1))}`,
      `refused       0.0/s  ${'▁'.repeat(59)}`,
      `in          120 B/s  ${'█'.repeat(59)}`,
      `out       3.4 KiB/s  ${'█'.repeat(59)}`,
      `memory     80.0 MiB  ${'█'.repeat(59)}`,
      `late         1.2 ms  ${'█'.repeat(59)}`,
      '',
      'Node  Handle    Address      On line  Idle  State   Where',
      '   1  caller 0  203.0.113.7       1m    0s  active  lobby',
      '   2  漢字      203.0.113.7       1m    0s  active  lobby',
      '   3  caller 2  203.0.113.7       1m    0s  active  lobby',
    ]);
  });

  it('lists as many callers as fit, and says how many more there are', () => {
    const last = (onLine: number, rows: number, listed = onLine) =>
      topScreen(board(onLine, listed), { columns: 80, rows }).at(-1);
    const lengthOf = (onLine: number, rows: number) => topScreen(board(onLine), { columns: 80, rows }).length;

    expect(last(12, 24)).toContain('  12  caller 11');
    expect([last(13, 24), lengthOf(13, 24)]).toEqual(['and 2 more', 24]);
    expect([last(5, 13), lengthOf(5, 13)]).toEqual(['and 5 more', 13]);
    expect([last(5, 12), lengthOf(5, 12)]).toEqual(['and 5 more', 12]);
    expect(last(250, 60, 20)).toBe('and 230 more');
  });

  it('says when the board closes', () => {
    const { view: open, samples } = board(1);
    const closing = { view: { ...open, figures: { ...open.figures, closesInMs: 30_000 } }, samples };
    expect(topScreen(closing, { columns: 80, rows: 24 })[0]).toContain(
      ' Impulse  closes in 30 seconds, up 1h 1m ',
    );
  });

  it('fits any window', () => {
    for (const [columns, rows] of Array.from({ length: 100 }, (_, index) => index + 1).flatMap((n) => [
      [n, 24],
      [40, n],
      [n, n],
    ])) {
      const lines = topScreen(board(20), { columns: columns ?? 1, rows: rows ?? 1 });
      expect(lines.length).toBeLessThanOrEqual(rows ?? 1);
      expect(Math.max(0, ...lines.map(width))).toBeLessThanOrEqual(columns ?? 1);
    }
  });

  it('shows a board after the first view, without rates', () => {
    const { view: open } = board(0);
    expect(topScreen({ view: open, samples: [] }, { columns: 80, rows: 24 })[4]).toBe('calls         0.0/s');
  });
});

describe('sparkline', () => {
  it('scales to the highest value, and draws nothing for zero', () => {
    expect(sparkline([0, 0.001, 1, 4, 7])).toBe('▁▂▂▅█');
    expect(sparkline([0, 0])).toBe('▁▁');
    expect(sparkline([])).toBe('');
  });
});
