import { take } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { countdown, MARKS } from '../../../streams/shutdown/countdown.js';
import { counting } from '../../support/counting.js';

const left = { d: 12_000, x: 10_000, a: 5000, b: 4000, c: 3000, f: 2000, g: 1000, z: 0 };

describe('countdown', () => {
  it(
    'emits what is left at once, at each mark, and at the end',
    marbles((m) => {
      const expected = 'd 1999ms x 4999ms a 999ms b 999ms c 999ms f 999ms g 999ms (z|)';
      m.expect(countdown(12_000, m.scheduler)).toBeObservable(expected, left);
    }),
  );

  it(
    'emits a mark that it starts at only once',
    marbles((m) => {
      m.expect(countdown(2000, m.scheduler)).toBeObservable('f 999ms g 999ms (z|)', left);
    }),
  );

  it(
    'completes at once with nothing left',
    marbles((m) => {
      m.expect(countdown(0, m.scheduler)).toBeObservable('(z|)', left);
    }),
  );

  it(
    'stops when unsubscribed, and leaves no timer behind',
    marbles((m) => {
      const clock = counting(m.scheduler);
      m.expect(countdown(12_000, clock), '5s !').toBeObservable('d 1999ms x', left);
      m.flush();
      expect(clock.started).toBeGreaterThan(0);
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'leaves no timer behind when unsubscribed at the first value',
    marbles((m) => {
      const clock = counting(m.scheduler);
      m.expect(countdown(12_000, clock).pipe(take(1))).toBeObservable('(d|)', left);
      m.flush();
      expect(clock.running).toBe(0);
    }),
  );

  it('has marks that come closer together, down to 0', () => {
    expect(MARKS.map((mark) => mark / 1000)).toEqual([
      ...[86_400, 43_200, 21_600, 7200, 3600],
      ...[1800, 600, 300, 120, 60],
      ...[30, 10, 5, 4, 3, 2, 1, 0],
    ]);
  });
});
