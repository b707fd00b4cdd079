import { map, NEVER, type Observable } from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { lobby } from '../../../../lib/apps/lobby/lobby.js';
import { closingTime, withClosingNotice } from '../../../../lib/operations/control/closing-time.js';
import type { TimedEvent } from '../../../../streams/types/events.js';
import { openBoard } from '../../../support/lobby.js';

const DRAINING: TimedEvent = {
  at: 0,
  type: 'serverDraining',
  reason: 'SIGTERM',
  sessions: 2,
  graceMs: 10_000,
};

/** A closing time on a board with two callers, and the broadcasts to them. */
function onBoard(m: Context, event$: Observable<TimedEvent> = NEVER) {
  const heard: string[] = [];
  const broadcast = (text: string) => {
    heard.push(`${m.scheduler.now()} ${text}`);
    return 2;
  };
  const closing = closingTime({ event$, broadcast }, m.scheduler);
  const at = (ms: number, act: () => void) => void m.scheduler.schedule(act, ms);
  return { closing, heard, at };
}

const told = (leftMs: number) => ({ type: 'countdownTold', leftMs, heard: 2 }) as const;
const NEWS = {
  c: told(3000),
  b: told(2000),
  a: told(1000),
  z: { type: 'countdownEnded' } as const,
  x: { type: 'countdownCancelled', heard: 2 } as const,
};

describe('closingTime', () => {
  it(
    'tells callers the time left at each mark, and when it is cancelled',
    marbles((m) => {
      const { closing, heard, at } = onBoard(m);
      at(1000, () => closing.closeIn(3000));
      m.expect(closing.news$, '^ 10s !').toBeObservable('1s c 999ms b 999ms a 999ms z', NEWS);
      m.flush();
      expect(heard).toEqual([
        '1000 The board closes in 3 seconds.',
        '2000 The board closes in 2 seconds.',
        '3000 The board closes in 1 second.',
      ]);
    }),
  );

  it(
    'shuts down at once and without a notice if no time is left',
    marbles((m) => {
      const { closing, heard, at } = onBoard(m);
      at(1000, () => closing.closeIn(0));
      m.expect(closing.news$, '^ 10s !').toBeObservable('1s z', NEWS);
      m.flush();
      expect(heard).toEqual([]);
    }),
  );

  it(
    'exposes the time left while counting, and none before, after a cancellation, or at the end',
    marbles((m) => {
      const { closing, at } = onBoard(m);
      const left: (number | null)[] = [];
      const look = () => left.push(closing.leftMs);
      closing.news$.subscribe();
      at(0, look);
      at(10, () => closing.closeIn(3000));
      at(510, look);
      at(600, () => closing.cancel());
      at(610, look);
      m.flush();
      expect(left).toEqual([null, 2500, null]);
    }),
  );

  it(
    'stops when it is cancelled, and tells callers',
    marbles((m) => {
      const { closing, heard, at } = onBoard(m);
      at(1000, () => closing.closeIn(3000));
      at(2500, () => closing.cancel());
      m.expect(closing.news$, '^ 10s !').toBeObservable('1s c 999ms b 499ms x', NEWS);
      m.flush();
      expect(heard.at(-1)).toBe('2500 The board stays open after all.');
    }),
  );

  it(
    'restarts in place of a running countdown, and reports the time that was left',
    marbles((m) => {
      const { closing, at } = onBoard(m);
      at(1000, () => closing.closeIn(3000));
      at(2500, () => closing.closeIn(2000));
      const values = { ...NEWS, n: { ...told(2000), insteadOfMs: 1500 } };
      m.expect(closing.news$, '^ 10s !').toBeObservable('1s c 999ms b 499ms n 999ms a 999ms z', values);
    }),
  );

  it(
    'completes when the board shuts down for another reason',
    marbles((m) => {
      const event$ = m.hot('2500ms d', { d: DRAINING });
      const { closing, heard, at } = onBoard(m, event$);
      at(1000, () => closing.closeIn(3000));
      let left: number | null = -1;
      at(2600, () => {
        left = closing.leftMs;
      });
      m.expect(closing.news$).toBeObservable('1s c 999ms b 499ms |', NEWS);
      m.flush();
      expect(left).toBeNull();
      expect(heard.length).toBe(2);
    }),
  );

  it(
    'tells callers once, for any number of subscribers',
    marbles((m) => {
      const { closing, heard, at } = onBoard(m);
      at(1000, () => closing.closeIn(1000));
      const times = [closing.news$, closing.news$].map((news$) => news$.pipe(map(({ type }) => type)));
      for (const type$ of times)
        m.expect(type$, '^ 10s !').toBeObservable('1s t 999ms e', {
          t: 'countdownTold',
          e: 'countdownEnded',
        });
      m.flush();
      expect(heard).toEqual(['1000 The board closes in 1 second.']);
    }),
  );

  it(
    'stops without subscribers',
    marbles((m) => {
      const { closing, heard, at } = onBoard(m);
      const running = closing.news$.subscribe();
      at(0, () => closing.closeIn(3000));
      at(500, () => running.unsubscribe());
      m.flush();
      expect(heard.length).toBe(1);
      expect(closing.leftMs).toBeNull();
    }),
  );
});

describe('withClosingNotice', () => {
  it('tells callers who log in during a countdown the time left, and no others', () => {
    let left: number | null = null;
    const { calls } = openBoard(withClosingNotice(lobby(), () => left));

    expect(calls('ann').welcome).not.toContain('closes');
    left = 90_000;
    const late = calls('bob');

    expect(late.welcome).toMatch(/\*\*\* The board closes in 90 seconds\. \*\*\*.*Welcome, bob!/s);
  });
});
