import { performance } from 'node:perf_hooks';
// Not the global ones, which a test may have replaced: that time passes isn't for it to say.
import { clearInterval, setInterval } from 'node:timers';

/** How often a board that runs shows that it does. Each time wakes an idle process, for half a millisecond. */
export const BEAT_MS = 2000;
/** A board that showed nothing for so long stood still: it was stopped (Ctrl-Z), or held up. */
export const MAX_SILENCE_MS = 4000;
/** Standstills that are remembered, so that what happened before them keeps its time of day. */
const MAX_STANDSTILLS = 100;

/** The time as a board counts it. */
export interface BoardClock {
  /**
   * Whole milliseconds since 1970, as the wall clock was when the process began. They never jump when that clock is set, and the time in
   * which the process stood still isn't among them: nobody could be heard meanwhile.
   */
  now(): number;
  /** When such a time was, by the wall clock as it is set at present. */
  dateOf(at: number): Date;
  /** Shows that something runs that must notice a standstill; returns a function that ends it. Keeps no process. */
  run(): () => void;
}

/** Where a clock has its time from. */
interface TimeSources {
  /** Milliseconds that nobody sets. */
  readonly processTime: () => number;
  /** Milliseconds since 1970 that the sysop, or the network, may set. */
  readonly wallTime: () => number;
  /** Does something again and again, as `setInterval`; returns a function that stops it. */
  readonly each: (ms: number, act: () => void) => () => void;
}

/** When the process began. Looked up once, since the time is asked for at every packet. */
const { timeOrigin } = performance;

const REAL: TimeSources = {
  processTime: () => timeOrigin + performance.now(),
  wallTime: () => Date.now(),
  each(ms, act) {
    const timer = setInterval(act, ms).unref();
    return () => clearInterval(timer);
  },
};

/** Makes a clock; of the process, unless told otherwise. */
export function boardClock({ processTime, wallTime, each }: TimeSources = REAL): BoardClock {
  /** Each by the time at which it was over, as this clock counts. */
  const standstills: { readonly at: number; readonly ms: number }[] = [];
  let stoodStillMs = 0;
  let running = 0;
  let lastBeat = Number.POSITIVE_INFINITY;
  let stopBeats = (): void => {};

  const standStill = (time: number) => {
    const ms = time - lastBeat;
    lastBeat = time;
    standstills.push({ at: time - stoodStillMs - ms, ms });
    if (standstills.length > MAX_STANDSTILLS) standstills.shift();
    stoodStillMs += ms;
  };
  const now = () => {
    const time = processTime();
    // Looked at here too, since timers that were due meanwhile come before the next beat.
    if (time - lastBeat > MAX_SILENCE_MS) standStill(time);
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
