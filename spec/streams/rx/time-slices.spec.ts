import { config, VirtualTimeScheduler } from 'rxjs';
import { SLICE_MS } from '../../../streams/rx/in-slices.js';
import { TURN_MS, timeSlices, type Work } from '../../../streams/rx/time-slices.js';

/** Time slices on a clock that only the work moves. */
function sharing() {
  const scheduler = new VirtualTimeScheduler();
  const slices = timeSlices(scheduler);
  const done: string[] = [];
  const work = (name: string, pieces: number, eachMs = 1): Work => {
    let left = pieces;
    return {
      step() {
        left -= 1;
        scheduler.frame += eachMs;
        done.push(name);
        return left > 0;
      },
    };
  };
  const turn = () => {
    done.push('/');
    scheduler.actions.shift()?.execute(undefined as never, 0);
  };
  return { slices, work, turn, timers: () => scheduler.actions.length, said: () => done.join('') };
}

describe('timeSlices', () => {
  it('does short work at once, and leaves no timer after the turn', () => {
    const { slices, work, turn, timers, said } = sharing();
    slices.begin(work('a', 2));
    expect(said()).toBe('aa');
    turn();
    expect(said()).toBe('aa/');
    expect(timers()).toBe(0);
  });

  it('sets no timer for work that takes no time', () => {
    const { slices, work, timers, said } = sharing();
    slices.begin(work('a', 5, 0));
    expect(said()).toBe('aaaaa');
    expect(timers()).toBe(0);
  });

  it('divides long work into slices, one per turn', () => {
    const { slices, work, turn, timers, said } = sharing();
    slices.begin(work('a', 2 * SLICE_MS + 1));
    for (let turns = 0; turns < 3; turns += 1) turn();
    expect(said()).toBe('aaa/aaa/a/');
    expect(timers()).toBe(0);
  });

  it('does one piece that is longer than a slice, and no second one', () => {
    const { slices, work, turn, said } = sharing();
    slices.begin(work('a', 2, 50));
    turn();
    turn();
    expect(said()).toBe('a//a');
  });

  it('reports a used-up slice, and reads the clock at every eighth query or count', () => {
    const scheduler = new VirtualTimeScheduler();
    const now = spyOn(scheduler, 'now').and.callThrough();
    const slices = timeSlices(scheduler);
    expect([slices.isRunning, slices.isOver]).toEqual([false, false]);
    const over: boolean[] = [];
    slices.begin({
      step() {
        expect(slices.isRunning).toBeTrue();
        const looks = now.calls.count();
        for (let count = 0; count < 7; count += 1) over.push(slices.isOver);
        scheduler.frame += SLICE_MS;
        expect(now.calls.count()).toBe(looks);
        over.push(slices.isOver, slices.isOver);
        expect(now.calls.count()).toBe(looks + 1);
        return false;
      },
    });
    expect(over).toEqual([...new Array(7).fill(false), true, true]);
    expect([slices.isRunning, slices.isOver]).toEqual([false, false]);
    slices.begin({
      step() {
        for (let count = 0; count < 7; count += 1) slices.count();
        scheduler.frame += SLICE_MS;
        expect(slices.isOver).toBeTrue();
        return false;
      },
    });
  });

  it('continues with the others when work throws', () => {
    const { slices, work, turn, said } = sharing();
    const reported: unknown[] = [];
    const before = config.onUnhandledError;
    jasmine.clock().install();
    config.onUnhandledError = (error) => reported.push(error);
    try {
      slices.later({
        step() {
          throw new Error('a bug');
        },
      });
      slices.later(work('a', 1));
      expect(turn).not.toThrow();
      jasmine.clock().tick(1);
      expect(reported).toEqual([new Error('a bug')]);
    } finally {
      jasmine.clock().uninstall();
      config.onUnhandledError = before;
    }
    expect(said()).toBe('/a');
  });

  it('gives each work its slice in turn', () => {
    const { slices, work, turn, said } = sharing();
    slices.begin(work('a', 2 * SLICE_MS));
    slices.begin(work('b', 2 * SLICE_MS));
    turn();
    expect(said()).toBe('aaa/aaabbb');
    turn();
    expect(said()).toBe('aaa/aaabbb/bbb');
  });

  it('limits all work together to its share of a turn', () => {
    const { slices, work, turn, timers, said } = sharing();
    for (const name of 'abcdef') slices.begin(work(name, 4 * SLICE_MS));
    expect(said()).toBe('aaa');
    turn();
    const first = said().split('/')[1] ?? '';
    expect(`aaa${first}`.length).toBeLessThanOrEqual(TURN_MS);
    expect(`aaa${first}`.length).toBeGreaterThan(TURN_MS - SLICE_MS);
    for (let turns = 0; turns < 20; turns += 1) turn();
    for (const name of 'abcdef') expect(said().split(name).length - 1).toBe(4 * SLICE_MS);
    expect(timers()).toBe(0);
  });

  it('defers short work when the turn is used up', () => {
    const { slices, work, turn, said } = sharing();
    slices.begin(work('a', 1, TURN_MS));
    slices.begin(work('b', 1));
    expect(said()).toBe('a');
    turn();
    // The input just read used up the time of this turn.
    expect(said()).toBe('a/');
    turn();
    expect(said()).toBe('a//b');
  });

  it('starts work in a later turn when asked to', () => {
    const { slices, work, turn, said } = sharing();
    slices.later(work('a', 1));
    expect(said()).toBe('');
    turn();
    expect(said()).toBe('/a');
  });

  it('runs nested work in the rest of the slice, and defers it if there is none', () => {
    const { slices, work, turn, said } = sharing();
    const inner = ['b', 'c', 'd', 'e', 'f'].map((name) => work(name, 1));
    slices.begin({
      step() {
        for (const one of inner) slices.begin(one);
        return false;
      },
    });
    expect(said()).toBe('bcd');
    turn();
    expect(said()).toBe('bcd/ef');
  });

  it('continues nested work that takes more than a piece', () => {
    const { slices, work, turn, said } = sharing();
    slices.begin({
      step() {
        slices.begin(work('b', 3));
        return false;
      },
    });
    expect(said()).toBe('b');
    turn();
    expect(said()).toBe('b/bb');
  });
});
