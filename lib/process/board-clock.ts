import { performance } from 'node:perf_hooks';
// Imported, since a test may have replaced the global ones, and the clock must go on.
import { clearInterval, setInterval } from 'node:timers';

/** How often a running board records that it runs. Each time wakes an idle process for half a millisecond. */
export const BEAT_MS = 2000;
/** The longest silence of a running process. After a longer one it was stopped (Ctrl-Z), or blocked. */
export const MAX_SILENCE_MS = 4000;
/** The most standstills to remember. Times before one that is remembered keep their time of day. */
const MAX_STANDSTILLS = 100;

/** The clock of a board. */
export interface BoardClock {
  /**
   * Returns whole milliseconds since 1970, starting from the wall clock when the process began. Doesn't jump
   * when the wall clock is set. Time in which the process stood still isn't counted, since no input could be
   * read then.
   */
  now(): number;
  /** Returns the date of such a time, by the current setting of the wall clock. */
  dateOf(at: number): Date;
  /** Starts watching for standstills; returns a function that stops it. Doesn't keep the process alive. */
  run(): () => void;
}

/** The sources of a clock. */
interface TimeSources {
  /** Returns monotonic milliseconds. */
  readonly processTime: () => number;
  /** Returns milliseconds since 1970 by the wall clock, which may be set at any time. */
  readonly wallTime: () => number;
  /** Calls `act` repeatedly, like `setInterval`. Returns a function that stops it. */
  readonly each: (ms: number, act: () => void) => () => void;
}

/** When the process began. Cached, since the clock is read for every packet. */
const { timeOrigin } = performance;

const REAL: TimeSources = {
  processTime: () => timeOrigin + performance.now(),
  wallTime: () => Date.now(),
  each(ms, act) {
    const timer = setInterval(act, ms).unref();
    return () => clearInterval(timer);
  },
};

/** Creates a clock from its sources; by default, those of the process. */
export function boardClock({ processTime, wallTime, each }: TimeSources = REAL): BoardClock {
  /** Each with the time of this clock at which it ended. */
  const standstills: { readonly at: number; readonly ms: number }[] = [];
  let stoodStillMs = 0;
  let running = 0;
  let lastBeat = Number.POSITIVE_INFINITY;
  let lastRead = 0;
  let stopBeats = (): void => {};

  const standStill = (time: number) => {
    // Time that was told already counts: the clock never goes back.
    const ms = time - Math.max(lastBeat, lastRead);
    lastBeat = time;
    standstills.push({ at: time - stoodStillMs - ms, ms });
    if (standstills.length > MAX_STANDSTILLS) standstills.shift();
    stoodStillMs += ms;
  };
  const now = () => {
    const time = processTime();
    // Checked here too, since timers that are due run before the next beat.
    if (time - lastBeat > MAX_SILENCE_MS) standStill(time);
    lastRead = time;
    return Math.floor(time - stoodStillMs);
  };

  return {
    now,
    dateOf(at) {
      const since = standstills.reduce((sum, { at: over, ms }) => (over >= at ? sum + ms : sum), now() - at);
      return new Date(wallTime() - since);
    },
    run() {
      running += 1;
      if (running === 1) {
        lastBeat = processTime();
        stopBeats = each(BEAT_MS, () => {
          now();
          lastBeat = processTime();
        });
      }
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        running -= 1;
        if (running > 0) return;
        stopBeats();
        lastBeat = Number.POSITIVE_INFINITY;
      };
    },
  };
}
