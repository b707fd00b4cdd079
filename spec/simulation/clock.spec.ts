import fc from 'fast-check';
import { interval, type SchedulerLike, type Subscription, timer, VirtualTimeScheduler } from 'rxjs';
import { simulatedClock } from '../../lib/testing/simulation/clock.js';
import { holds } from '../support/holds.js';

describe('simulatedClock', () => {
  it('stands still until told to run, and then stops at the given time', () => {
    const clock = simulatedClock(5000);
    const seen: number[] = [];
    timer(10, clock).subscribe(() => seen.push(clock.now()));
    expect([clock.now(), seen]).toEqual([5000, []]);
    clock.runTo(5009);
    expect([clock.now(), seen]).toEqual([5009, []]);
    clock.runTo(6000);
    expect([clock.now(), seen]).toEqual([6000, [5010]]);
  });

  it('runs work due at the same time in the order in which it was scheduled', () => {
    const clock = simulatedClock();
    const done: string[] = [];
    clock.schedule(() => done.push('third'), 2);
    clock.schedule(() => {
      done.push('first');
      clock.schedule(() => done.push('second'), 0);
      clock.schedule(() => done.push('fourth'), 1);
    }, 1);
    clock.runTo(10);
    expect(done).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('repeats work until it is unsubscribed', () => {
    const clock = simulatedClock();
    const ticks: number[] = [];
    const ticking = interval(1000, clock).subscribe(() => ticks.push(clock.now()));
    clock.runTo(3500);
    ticking.unsubscribe();
    clock.runTo(10_000);
    expect(ticks).toEqual([1000, 2000, 3000]);
  });

  it('reports when all work of a moment is done', () => {
    const clock = simulatedClock();
    const done: string[] = [];
    for (const [name, at] of [
      ['a', 1],
      ['b', 1],
      ['c', 5],
    ] as const)
      clock.schedule(() => done.push(name), at);
    clock.runTo(7, (now) => done.push(`${now}`));
    expect(done).toEqual(['0', 'a', 'b', '1', 'c', '5']);
  });

  it('counts pending work for each user of the clock, without cancelled work', () => {
    const clock = simulatedClock();
    const [ours, theirs] = [clock.shared(), clock.shared()];
    const ticking = interval(10, ours).subscribe();
    theirs.schedule(() => {}, 1_000_000);
    clock.runTo(100);
    expect([ours.pending, theirs.pending]).toEqual([1, 1]);
    ticking.unsubscribe();
    expect([ours.pending, theirs.pending]).toEqual([0, 1]);
  });

  it('runs late what was due during a stall', () => {
    const clock = simulatedClock();
    const seen: string[] = [];
    for (const at of [10, 20, 40]) clock.schedule(() => seen.push(`${at} at ${clock.now()}`), at);
    clock.schedule(() => clock.stall(25), 5);
    clock.runTo(100);
    expect(seen).toEqual(['10 at 30', '20 at 30', '40 at 40']);
  });

  it('throws what the work throws', () => {
    const clock = simulatedClock();
    clock.schedule(() => {
      throw new Error('broken');
    }, 1);
    expect(() => clock.runTo(2)).toThrowError('broken');
  });

  /** Runs work that schedules and cancels other work. Returns what ran, and when. */
  function diary(
    scheduler: SchedulerLike,
    plan: readonly { delay: number; more: readonly number[]; cancels: number }[],
  ) {
    const done: string[] = [];
    const all: Subscription[] = [];
    for (const [index, { delay, more, cancels }] of plan.entries())
      all.push(
        scheduler.schedule(() => {
          done.push(`${index} at ${scheduler.now()}`);
          for (const ms of more)
            scheduler.schedule(() => done.push(`${index}+${ms} at ${scheduler.now()}`), ms);
          all[cancels]?.unsubscribe();
        }, delay),
      );
    return done;
  }

  it("runs work in the same order as RxJS's virtual clock", () => {
    const delay = fc.integer({ min: 0, max: 20 });
    const plan = fc.array(
      fc.record({ delay, more: fc.array(delay, { maxLength: 3 }), cancels: fc.integer({ min: 0, max: 60 }) }),
      { maxLength: 60 },
    );
    holds(
      fc.property(plan, (planned) => {
        const [clock, rxjs] = [simulatedClock(), new VirtualTimeScheduler()];
        const [ours, theirs] = [diary(clock, planned), diary(rxjs, planned)];
        clock.runTo(1000);
        rxjs.flush();
        return ours.join() === theirs.join();
      }),
    );
  });
});
