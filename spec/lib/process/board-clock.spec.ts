import { BEAT_MS, boardClock, MAX_SILENCE_MS } from '../../../lib/process/board-clock.js';

const START = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;

/** A board clock on a process time that the spec runs and stops, and a wall clock that the spec sets. */
function machine() {
  let time = START;
  let set = 0;
  const beats = new Set<() => void>();
  const clock = boardClock({
    processTime: () => time,
    wallTime: () => time + set,
    each(_, act) {
      beats.add(act);
      return () => beats.delete(act);
    },
  });
  return {
    clock,
    beats,
    runs(ms: number) {
      for (const end = time + ms; time < end; ) {
        time = Math.min(end, time + BEAT_MS);
        for (const beat of beats) beat();
      }
    },
    /** As by SIGSTOP and SIGCONT: nothing runs meanwhile, and due timers run afterwards. */
    standsStill(ms: number) {
      time += ms;
      for (const beat of beats) beat();
    },
    /** Runs one turn of the loop that takes this long. No timer runs meanwhile. */
    blocks(ms: number) {
      time += ms;
    },
    sets(ms: number) {
      set += ms;
    },
  };
}

describe('boardClock', () => {
  it('follows the time of the process, in whole milliseconds', () => {
    const { clock, runs } = machine();
    clock.run();
    runs(1234.5);
    expect(clock.now()).toBe(START + 1234);
  });

  it('ignores changes of the wall clock', () => {
    const { clock, sets } = machine();
    sets(24 * HOUR_MS);
    expect(clock.now()).toBe(START);
  });

  it('returns a date by the current wall clock', () => {
    const { clock, runs, sets } = machine();
    const at = clock.now();
    runs(60_000);
    expect(clock.dateOf(at)).toEqual(new Date(START));
    sets(HOUR_MS);
    expect(clock.dateOf(at)).toEqual(new Date(START + HOUR_MS));
    expect(clock.dateOf(clock.now())).toEqual(new Date(START + HOUR_MS + 60_000));
  });

  it("doesn't count the time of a standstill", () => {
    const { clock, runs, standsStill } = machine();
    clock.run();
    runs(10_000);
    standsStill(HOUR_MS);
    expect(clock.now()).toBe(START + 10_000);
    runs(5000);
    expect(clock.now()).toBe(START + 15_000);
  });

  it('never goes back, also if it is read during a long block', () => {
    const { clock, runs, blocks } = machine();
    clock.run();
    runs(10_000);
    const times = [clock.now()];
    for (let second = 0; second < 9; second += 1) {
      blocks(1000);
      times.push(clock.now());
    }
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('keeps the time of day before and after a standstill', () => {
    const { clock, runs, standsStill } = machine();
    clock.run();
    const before = clock.now();
    runs(10_000);
    standsStill(HOUR_MS);
    runs(1000);
    const after = clock.now();
    standsStill(HOUR_MS);
    runs(1000);
    expect(clock.dateOf(before)).toEqual(new Date(START));
    expect(clock.dateOf(after)).toEqual(new Date(START + 11_000 + HOUR_MS));
    expect(clock.dateOf(clock.now())).toEqual(new Date(START + 12_000 + 2 * HOUR_MS));
  });

  it('counts a mere delay', () => {
    const { clock, runs, standsStill } = machine();
    clock.run();
    runs(10_000);
    standsStill(MAX_SILENCE_MS);
    expect(clock.now()).toBe(START + 10_000 + MAX_SILENCE_MS);
  });

  it('counts all time while nothing runs', () => {
    const { clock, standsStill } = machine();
    const stop = clock.run();
    stop();
    standsStill(HOUR_MS);
    expect(clock.now()).toBe(START + HOUR_MS);
    clock.run();
    expect(clock.now()).toBe(START + HOUR_MS);
  });

  it('has one timer for all users, until the last one stops', () => {
    const { clock, beats } = machine();
    const [one, other] = [clock.run(), clock.run()];
    expect(beats.size).toBe(1);
    one();
    one();
    expect(beats.size).toBe(1);
    other();
    expect(beats.size).toBe(0);
  });

  it('remembers a hundred standstills, and stays right after more', () => {
    const { clock, runs, standsStill } = machine();
    clock.run();
    for (let time = 0; time < 150; time += 1) {
      standsStill(10_000);
      runs(1000);
    }
    expect(clock.now()).toBe(START + 150_000);
    expect(clock.dateOf(clock.now())).toEqual(new Date(START + 150 * 11_000));
  });

  it("uses the clocks of this process by default, and doesn't keep the process alive", () => {
    const clock = boardClock();
    const stop = clock.run();
    const at = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(at);
    expect(clock.dateOf(at)).toBeInstanceOf(Date);
    stop();
  });
});
