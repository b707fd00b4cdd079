import { type SchedulerLike, Subscription } from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type Deadline, sweep } from '../../streams/sweep.js';
import { counting } from '../support/counting.js';

/** Watches a deadline; what it returns stops that. */
function watching(tickMs: number, scheduler: SchedulerLike) {
  const board = sweep(tickMs, scheduler);
  return (deadline: Pick<Deadline, 'dueAt' | 'due'>) => {
    const watched: Deadline = Object.assign(deadline, { tick: 0, place: 0 });
    board.watch(watched);
    return () => board.leave(watched);
  };
}

/** A clock that stands still, and then goes on: its last timer is late. */
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

/** A marble spec in which a tick that is left behind doesn't go on for ever. */
const sweeping = (spec: (m: Context) => void) =>
  marbles((m) => {
    m.scheduler.maxFrames = 500;
    spec(m);
  });

describe('sweep', () => {
  it(
    'calls at the first tick at or after the time, and at each tick until the time is moved',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      const note = (name: string, dueAt: number, until: number): Pick<Deadline, 'dueAt' | 'due'> => ({
        dueAt,
        due(now) {
          calls.push(`${name} ${now}`);
          if (now >= until) this.dueAt = Number.POSITIVE_INFINITY;
        },
      });
      const stops = [
        watch(note('on the tick', 20, 0)),
        watch(note('after it', 21, 0)),
        watch(note('on', 31, 60)),
      ];
      m.scheduler.schedule(() => {
        for (const stop of stops) stop();
      }, 100);
      m.flush();
      expect(calls).toEqual(['on the tick 20', 'after it 30', 'on 40', 'on 50', 'on 60']);
    }),
  );

  it(
    'never calls one that is due never',
    sweeping((m) => {
      const due = jasmine.createSpy('due');
      const stop = watching(10, m.scheduler)({ dueAt: Number.POSITIVE_INFINITY, due });
      m.scheduler.schedule(stop, 400);
      m.flush();
      expect(due).not.toHaveBeenCalled();
    }),
  );

  it(
    'wakes only for a tick at which something is due, and for nothing that is due never',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: number[] = [];
      const stops = [
        watch({ dueAt: Number.POSITIVE_INFINITY, due() {} }),
        watch({
          dueAt: 95,
          due(now) {
            calls.push(now);
            this.dueAt = now < 200 ? 301 : Number.POSITIVE_INFINITY;
          },
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
    'is in time for one that is due sooner than all others, and for one that is watched again for an earlier time',
    sweeping((m) => {
      const board = sweep(10, m.scheduler);
      const calls: string[] = [];
      const named = (name: string, dueAt: number): Deadline => ({
        dueAt,
        tick: 0,
        place: 0,
        due(now) {
          calls.push(`${name} ${now}`);
          this.dueAt = Number.POSITIVE_INFINITY;
        },
      });
      const late = named('late', 400);
      board.watch(late);
      board.watch(named('soon', 20));
      m.scheduler.schedule(() => {
        late.dueAt = 90;
        board.watch(late);
      }, 50);
      m.flush();
      expect(calls).toEqual(['soon 20', 'late 90']);
    }),
  );

  it(
    'catches up, each in turn, after a clock that stood still',
    sweeping((m) => {
      const { clock, goOnAt } = standing();
      const watch = watching(10, clock);
      const calls: string[] = [];
      for (const [name, dueAt] of [
        ['second', 25],
        ['first', 5],
        ['much later', 500],
      ] as const) {
        watch({
          dueAt,
          due(at) {
            calls.push(`${name} ${at}`);
            this.dueAt = Number.POSITIVE_INFINITY;
          },
        });
      }
      goOnAt(137);
      m.flush();
      expect(calls).toEqual(['first 137', 'second 137']);
    }),
  );

  it('does not call one that was removed in the turn of an earlier tick, but the later ones, after a clock that stood still', () => {
    const { clock, goOnAt } = standing();
    const watch = watching(10, clock);
    const due = jasmine.createSpy('due');
    const stop = watch({ dueAt: 25, due });
    watch({
      dueAt: 5,
      due() {
        stop();
        this.dueAt = Number.POSITIVE_INFINITY;
      },
    });
    const last = jasmine.createSpy('last');
    watch({ dueAt: 45, due: last });
    goOnAt(137);
    expect(due).not.toHaveBeenCalled();
    expect(last).toHaveBeenCalledOnceWith(137);
  });

  it(
    'has one timer for any number of deadlines',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      let calls = 0;
      const stops = Array.from({ length: 100 }, () =>
        watch({
          dueAt: 25,
          due() {
            calls += 1;
            this.dueAt = Number.POSITIVE_INFINITY;
          },
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
      const dueAt = (at: number) => ({ dueAt: at, due() {} });
      expect(clock.running).toBe(0);
      const stops = [watch(dueAt(5)), watch(dueAt(25))];
      stops[0]?.();
      expect(clock.running).toBe(1);
      stops[1]?.();
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'goes on in the same step after it was empty',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: number[] = [];
      watch({ dueAt: 0, due() {} })();
      m.scheduler.schedule(() => {
        const stop = watch({
          dueAt: 0,
          due(now) {
            calls.push(now);
            stop();
          },
        });
      }, 25);
      m.flush();
      expect(calls).toEqual([30]);
      expect(clock.running).toBe(0);
    }),
  );

  it(
    "doesn't mind being stopped twice",
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const stop = watch({ dueAt: 0, due() {} });
      stop();
      const stopOther = watch({ dueAt: 0, due() {} });
      stop();
      expect(clock.running).toBe(1);
      stopOther();
      expect(clock.running).toBe(0);
    }),
  );

  it(
    'lets a deadline remove itself while it is called, and calls the others',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      for (const name of ['one', 'two', 'three']) {
        const stop = watch({
          dueAt: 5,
          due(now) {
            calls.push(`${name} ${now}`);
            stop();
          },
        });
      }
      m.flush();
      expect(calls).toEqual(['one 10', 'two 10', 'three 10']);
    }),
  );

  it(
    'no longer calls one that was removed by another in the same tick',
    sweeping((m) => {
      const watch = watching(10, m.scheduler);
      const calls: string[] = [];
      const stops = new Map<string, () => void>();
      const removes = (name: string, ...others: string[]) =>
        stops.set(
          name,
          watch({
            dueAt: 5,
            due() {
              calls.push(name);
              for (const other of others) stops.get(other)?.();
            },
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
    'keeps watch when the last deadline makes room for a new one while it is called',
    sweeping((m) => {
      const clock = counting(m.scheduler);
      const watch = watching(10, clock);
      const calls: string[] = [];
      const stopFirst = watch({
        dueAt: 5,
        due(now) {
          calls.push(`first ${now}`);
          stopFirst();
          const stopSecond = watch({
            dueAt: 15,
            due(later) {
              calls.push(`second ${later}`);
              stopSecond();
            },
          });
        },
      });
      m.flush();
      expect(calls).toEqual(['first 10', 'second 20']);
      expect(clock.running).toBe(0);
    }),
  );
});
