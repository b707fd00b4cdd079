import type { SchedulerLike } from 'rxjs';
import { SLICE_MS } from './in-slices.js';
import { reportUnhandled } from './stage.js';

/** Milliseconds of one turn of the loop for the long work of all callers together. */
export const TURN_MS = 10;

/** What is counted between two looks at the clock, which may cost as much as a line does. */
const COUNT = 8;

/** Work that can be done in pieces. */
export interface Work {
  /** Does a piece. Returns whether there is more to do now. */
  step(): boolean;
}

/** Shares the event loop among callers whose work takes long. */
export interface TimeSlices {
  /** Whether work is being done now. */
  readonly isRunning: boolean;
  /** Whether the slice of the work that is being done now is used up: what can wait should go on {@link TimeSlices.later}. */
  readonly isOver: boolean;
  /** Counts what costs about as much as a line, so that `isOver` looks at the clock in time. */
  count(): void;
  /**
   * Begins work at once, or in one of the next turns if those before it have used up this one. What takes longer than a slice
   * goes on in the next turn, each in its order (round robin). Work that other work begins has the rest of that one's slice.
   */
  begin(work: Work): void;
  /** Begins work in one of the next turns. */
  later(work: Work): void;
}

/**
 * Divides the time of the event loop: at most {@link SLICE_MS} for one caller and {@link TURN_MS} for all in a turn, and a piece
 * more; what callers began as their input was read is part of the turn that comes next. Between turns all others are heard. A clock that stands still, as in virtual time, divides nothing.
 */
export function timeSlices(scheduler: SchedulerLike): TimeSlices {
  const waiting: Work[] = [];
  /** What the last turn of our own took, and what was begun since, as input was read. */
  let turnMs = 0;
  let begunMs = 0;
  let scheduled = false;

  let isTurn = false;
  let isRunning = false;
  let endsAt = 0;
  let counted = 0;
  let isOver = false;

  const isSpent = () => turnMs + begunMs > TURN_MS - SLICE_MS;
  const run = (work: Work): boolean => {
    const from = scheduler.now();
    let now = from;
    let more = true;
    isRunning = true;
    endsAt = from + SLICE_MS;
    counted = 0;
    isOver = false;
    try {
      while (more && now < endsAt) {
        more = work.step();
        now = scheduler.now();
      }
    } finally {
      isRunning = false;
      isOver = false;
    }
    if (isTurn) turnMs += now - from;
    else begunMs += now - from;
    return more;
  };
  const nextTurn = () => {
    if (scheduled) return;
    scheduled = true;
    scheduler.schedule(() => {
      scheduled = false;
      isTurn = true;
      turnMs = 0;
      for (let left = waiting.length; left > 0 && !isSpent(); left -= 1) {
        const work = waiting.shift() as Work;
        try {
          if (run(work)) waiting.push(work);
        } catch (error) {
          // The others go on.
          reportUnhandled(error);
        }
      }
      isTurn = false;
      begunMs = 0;
      if (waiting.length > 0 || turnMs > 0) nextTurn();
    });
  };

  return {
    get isRunning() {
      return isRunning;
    },
    get isOver() {
      if (!isRunning) return false;
      counted += 1;
      if (counted >= COUNT) {
        counted = 0;
        isOver ||= scheduler.now() >= endsAt;
      }
      return isOver;
    },
    count() {
      counted += 1;
    },
    begin(work) {
      if (isRunning) {
        // Its time is that of the work which began it.
        if (scheduler.now() >= endsAt) this.later(work);
        else if (work.step()) waiting.push(work);
      } else if (waiting.length > 0 || isSpent() || run(work)) waiting.push(work);
      if (waiting.length > 0 || begunMs > 0) nextTurn();
    },
    later(work) {
      waiting.push(work);
      nextTurn();
    },
  };
}
