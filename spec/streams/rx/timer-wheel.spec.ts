import { type SchedulerLike, Subscription } from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type Deadline, NO_DEADLINE, timerWheel } from '../../../streams/rx/timer-wheel.js';
import { counting } from '../../support/counting.js';

/** Watches a deadline; returns a function that removes it. */
function watching(tickMs: number, scheduler: SchedulerLike) {
  const board = timerWheel(tickMs, scheduler);
  return (dueAt: number, due: (now: number) => number) => {
    const watched: Deadline = { tick: 0, index: 0, due, error: fail };
    board.watch(watched, dueAt);
    return () => board.leave(watched);
  };
}

const never = () => NO_DEADLINE;

/** A clock that stops and then resumes: its last timer is late. */
function standing() {
  let now = 0;
  let ring = () => {};
  const clock = {
    now: () => now,
    schedule: (work: () => void) => {
      ring = () => work.call({ schedule: () => {} });
      return new Subscription();
    },
  } as unknown as SchedulerLike;
  return {
    clock,
    goOnAt(time: number) {
      now = time;
      ring();
    },
  };
}

/** A marble spec in which a leftover tick doesn't run for ever. */
const sweeping = (spec: (m: Context) => void) =>
  marbles((m) => {
    m.scheduler.maxFrames = 500;
    spec(m);
  });

describe('timerWheel', () => {
  it(
    'calls at the first tick at or after the time, and at each tick until the time is moved',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      const note = (name: string, dueAt: number, until: number) =>
        watch(dueAt, (now) => {
          calls.push(`${name} ${now}`);
          return now >= until ? NO_DEADLINE : dueAt;
        });
      const stops = [note('on the tick', 20, 0), note('after it', 21, 0), note('on', 31, 60)];
      m.scheduler.schedule(() => {
        for (const stop of stops) stop();
      }, 100);
      m.flush();
      expect(calls).toEqual(['on the tick 20', 'after it 30', 'on 40', 'on 50', 'on 60']);
    }),
  );

  it(
    'never calls a deadline at NEVER',
    sweeping((m) => {
      const due = jasmine.createSpy('due');
      const stop = watching(10, m.scheduler)(NO_DEADLINE, due);
      m.scheduler.schedule(stop, 400);
      m.flush();
      expect(due).not.toHaveBeenCalled();
    }),
  );

  it(
    'wakes only for ticks with deadlines, and never for NEVER',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: number[] = [];
      const stops = [
        watch(NO_DEADLINE, never),
        watch(95, (now) => {
          calls.push(now);
          return now < 200 ? 301 : NO_DEADLINE;
        }),
      ];
      m.flush();
      expect(calls).toEqual([100, 310]);
      expect(clock.started).toBe(2);
      expect(clock.running).toBe(0);
      for (const stop of stops) stop();
    }),
  );

  it(
    'is in time for a deadline before all others, and for one that is moved earlier',
    sweeping((m) => {
      const board = timerWheel(10, m.scheduler);
      const calls: string[] = [];
      const named = (name: string): Deadline => ({
        tick: 0,
        index: 0,
        due(now) {
          calls.push(`${name} ${now}`);
          return NO_DEADLINE;
        },
        error: fail,
      });
      const late = named('late');
      board.watch(late, 400);
      board.watch(named('soon'), 20);
      m.scheduler.schedule(() => board.watch(late, 90), 50);
      m.flush();
      expect(calls).toEqual(['soon 20', 'late 90']);
    }),
  );

  it(
    'reports a deadline that throws, removes it, and continues with the others',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const board = timerWheel(10, m.scheduler);
      const told: string[] = [];
      const failing: Deadline = {
        tick: 0,
        index: 0,
        due() {
          throw new Error('bug');
        },
        error: (error) => told.push(`${error}`),
      };
      board.watch(failing, 20);
      for (const dueAt of [20, 30])
        board.watch(
          { tick: 0, index: 0, due: (now) => told.push(`${now}`) && NO_DEADLINE, error: fail },
          dueAt,
        );
      watch(20, () => NO_DEADLINE);
      m.flush();
      expect(told).toEqual(['Error: bug', '20', '30']);
    }),
  );

  it(
    'catches up in order after the clock stood still',
    sweeping((m) => {
      const { clock, goOnAt } = standing();
      const watch = watching(10, clock);
      const calls: string[] = [];
      for (const [name, dueAt] of [
        ['second', 25],
        ['first', 5],
        ['much later', 500],
      ] as const) {
        watch(dueAt, (at) => {
          calls.push(`${name} ${at}`);
          return NO_DEADLINE;
        });
      }
      goOnAt(137);
      m.flush();
      expect(calls).toEqual(['first 137', 'second 137']);
    }),
  );

  it("skips a deadline removed in an earlier tick's turn, but calls later ones, after the clock stood still", () => {
    const { clock, goOnAt } = standing();
    const watch = watching(10, clock);
    const due = jasmine.createSpy('due');
    const stop = watch(25, due);
    watch(5, () => {
      stop();
      return NO_DEADLINE;
    });
    const last = jasmine.createSpy('last').and.returnValue(NO_DEADLINE);
    watch(45, last);
    goOnAt(137);
    expect(due).not.toHaveBeenCalled();
    expect(last).toHaveBeenCalledOnceWith(137);
  });

  it('calls none when its timer fires more than a tick early, and all at their time', () => {
    const { clock, goOnAt } = standing();
    const watch = watching(10, clock);
    const calls: string[] = [];
    for (const dueAt of [50, 75])
      watch(dueAt, (now) => {
        calls.push(`${dueAt} at ${now}`);
        return NO_DEADLINE;
      });
    goOnAt(12);
    expect(calls).toEqual([]);
    goOnAt(50);
    goOnAt(80);
    expect(calls).toEqual(['50 at 50', '75 at 80']);
  });

  it(
    'has one timer for any number of deadlines',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      let calls = 0;
      const stops = Array.from({ length: 100 }, () =>
        watch(25, () => {
          calls += 1;
          return NO_DEADLINE;
        }),
      );
      expect(clock.running).toBe(1);
      m.scheduler.schedule(() => {
        for (const stop of stops) stop();
      }, 50);
      m.flush();
      expect(calls).toBe(100);
      expect(clock.started).toBe(1);
    }),
  );

  it(
    'has no timer before the first deadline and after the last',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      expect(clock.running).toBe(0);
      const stops = [watch(5, never), watch(25, never)];
      stops[0]?.();
      expect(clock.running).toBe(1);
      stops[1]?.();
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'keeps its ticks after it was empty',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: number[] = [];
      watch(0, never)();
      m.scheduler.schedule(() => {
        const stop = watch(0, (now) => {
          calls.push(now);
          stop();
          return now;
        });
      }, 25);
      m.flush();
      expect(calls).toEqual([30]);
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'allows a deadline to be removed twice',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const stop = watch(0, never);
      stop();
      const stopOther = watch(0, never);
      stop();
      expect(clock.running).toBe(1);
      stopOther();
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'lets a deadline remove itself during its call, and calls the others',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      for (const name of ['one', 'two', 'three']) {
        const stop = watch(5, (now) => {
          calls.push(`${name} ${now}`);
          stop();
          return now;
        });
      }
      m.flush();
      expect(calls).toEqual(['one 10', 'two 10', 'three 10']);
    }),
  );

  it(
    "doesn't call a deadline removed by another in the same tick",
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      const stops = new Map<string, () => void>();
      const removes = (name: string, ...others: string[]) =>
        stops.set(
          name,
          watch(5, () => {
            calls.push(name);
            for (const other of others) stops.get(other)?.();
            return 0;
          }),
        );
      removes('before');
      removes('one', 'before', 'one', 'two');
      removes('two');
      removes('three', 'three');
      m.flush();
      expect(calls).toEqual(['before', 'one', 'three']);
    }),
  );

  it(
    'keeps watching when the last deadline removes itself in its call, and adds another',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: string[] = [];
      const stopFirst = watch(5, (now) => {
        calls.push(`first ${now}`);
        stopFirst();
        const stopSecond = watch(15, (later) => {
          calls.push(`second ${later}`);
          stopSecond();
          return later;
        });
        return now;
      });
      m.flush();
      expect(calls).toEqual(['first 10', 'second 20']);
      expect(clock.running).toBe(0);
    }),
  );
});
