import { interval, type SchedulerAction, Subscription, timer } from 'rxjs';
import { MAX_TIMER_MS, monotonic } from '../../../lib/process/monotonic.js';

describe('monotonic', () => {
  beforeEach(() => {
    jasmine.clock().install();
  });

  afterEach(() => {
    jasmine.clock().uninstall();
  });

  it('counts whole milliseconds of process time', () => {
    const before = monotonic.now();
    expect(Number.isInteger(before)).toBeTrue();
    const now = performance.now();
    spyOn(performance, 'now').and.returnValue(now + 1234);
    expect(monotonic.now() - before).toBeGreaterThanOrEqual(1234);
  });

  it("doesn't change when the wall clock is set back or forward", () => {
    const stood = performance.now();
    spyOn(performance, 'now').and.returnValue(stood);
    const before = monotonic.now();
    for (const setTo of [0, before + 86_400_000]) {
      jasmine.clock().mockDate(new Date(setTo));
      expect(monotonic.now()).toBe(before);
    }
  });

  it('runs work when it is due', () => {
    const emitted: number[] = [];
    timer(1000, 500, monotonic).subscribe((n) => emitted.push(n));
    jasmine.clock().tick(999);
    expect(emitted).toEqual([]);
    jasmine.clock().tick(1);
    expect(emitted).toEqual([0]);
    jasmine.clock().tick(1000);
    expect(emitted).toEqual([0, 1, 2]);
  });

  it('drops cancelled work', () => {
    const emitted: number[] = [];
    timer(1000, monotonic)
      .subscribe((n) => emitted.push(n))
      .unsubscribe();
    jasmine.clock().tick(2000);
    expect(emitted).toEqual([]);
  });

  it('runs work that is due later than one timer allows', () => {
    const delayMs = 3 * MAX_TIMER_MS + 5;
    const emitted: number[] = [];
    timer(delayMs, delayMs, monotonic).subscribe((n) => emitted.push(n));

    jasmine.clock().tick(delayMs - 1);
    expect(emitted).toEqual([]);
    jasmine.clock().tick(1);
    expect(emitted).toEqual([0]);
    jasmine.clock().tick(delayMs);
    expect(emitted).toEqual([0, 1]);
  });

  it('starts no timer longer than Node allows', () => {
    jasmine.clock().uninstall();
    const setTimer = spyOn(globalThis, 'setTimeout').and.callThrough();
    const setRepeated = spyOn(globalThis, 'setInterval').and.callThrough();
    timer(MAX_TIMER_MS + 1, monotonic)
      .subscribe()
      .unsubscribe();
    const asked = [...setTimer.calls.allArgs(), ...setRepeated.calls.allArgs()].map(([, ms]) => ms);
    expect(asked).toEqual([MAX_TIMER_MS]);
  });

  it('drops work cancelled after the first of its timers', () => {
    const work = jasmine.createSpy('work');
    const running = timer(2 * MAX_TIMER_MS, monotonic).subscribe(work);
    jasmine.clock().tick(MAX_TIMER_MS + 1);
    running.unsubscribe();
    jasmine.clock().tick(MAX_TIMER_MS);
    expect(work).not.toHaveBeenCalled();
  });

  it('runs only the latest schedule of an action', () => {
    const seen: string[] = [];
    const action = monotonic.schedule<string>((word) => void seen.push(`${word}`), 1000, 'early');
    (action as SchedulerAction<string>).schedule('late', 2000);
    jasmine.clock().tick(5000);
    expect(seen).toEqual(['late']);
  });

  it('never runs an action again after it was cancelled', () => {
    const work = jasmine.createSpy('work');
    const action = monotonic.schedule<void>(work, 1000) as SchedulerAction<void>;
    action.unsubscribe();
    action.schedule(undefined, 1000);
    jasmine.clock().tick(5000);
    expect(work).not.toHaveBeenCalled();
  });

  describe('with zero delay', () => {
    const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

    it('runs work in a later task, without a delay', async () => {
      const diary: string[] = [];
      monotonic.schedule((word) => void diary.push(word as string), 0, 'work');
      monotonic.schedule(() => void diary.push('more'));
      process.nextTick(() => diary.push('before'));
      expect(diary).toEqual([]);
      await nextTurn();
      expect(diary).toEqual(['before', 'work', 'more']);
    });

    it('drops cancelled work', async () => {
      const work = jasmine.createSpy('work');
      monotonic.schedule(work).unsubscribe();
      await nextTurn();
      expect(work).not.toHaveBeenCalled();
    });

    it('adds no subscription for each repetition', async () => {
      const add = spyOn(Subscription.prototype, 'add').and.callThrough();
      const counted = new Promise<number>((resolve) => {
        const running = interval(0, monotonic).subscribe((n) => {
          if (n < 1000) return;
          running.unsubscribe();
          // A subscription doesn't add an action that it already has.
          resolve(add.calls.all().filter(({ args: [kept] }) => !(kept instanceof Subscription)).length);
        });
      });
      expect(await counted).toBeLessThan(10);
    });

    it('can reschedule, with or without a delay, until it is cancelled', async () => {
      const numbers: number[] = [];
      const running = monotonic.schedule<number>(
        function (number = 0) {
          numbers.push(number);
          this.schedule(number + 1, number < 2 ? 0 : 1000);
        },
        0,
        0,
      );
      for (let turn = 0; turn < 4; turn += 1) await nextTurn();
      expect(numbers).toEqual([0, 1, 2]);
      jasmine.clock().tick(1000);
      expect(numbers).toEqual([0, 1, 2, 3]);
      running.unsubscribe();
      jasmine.clock().tick(5000);
      expect(numbers).toEqual([0, 1, 2, 3]);
    });
  });
});
