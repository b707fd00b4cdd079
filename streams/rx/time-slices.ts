import type { SchedulerLike } from 'rxjs';
import { SLICE_MS } from './in-slices.js';
import { reportUnhandled } from './operator.js';

/** Milliseconds per turn of the event loop for the long work of all sessions. */
export const TURN_MS = 10;

/** Calls between two reads of the clock, which may cost as much as handling a line. */
const COUNT = 8;

/** Work that can be divided. */
export interface Work {
  /** Does one piece. Returns whether there is more to do now. */
  step(): boolean;
}

/** Shares the event loop among sessions with long work. */
export interface TimeSlices {
  /** Whether work is running now. */
  readonly isRunning: boolean;
  /**
   * Whether the running work has used up its slice. What can wait should then continue in
   * {@link TimeSlices.later}.
   */
  readonly isOver: boolean;
  /** Counts something that costs about as much as a line, so that `isOver` reads the clock in time. */
  count(): void;
  /**
   * Starts work at once, or in a later turn if this one is used up. Work longer than a slice continues in the
   * next turn, round robin. Work started by other work shares that work's slice.
   */
  begin(work: Work): void;
  /** Starts work in a later turn. */
  later(work: Work): void;
}

/**
 * Divides the time of the event loop. Per turn each session gets up to {@link SLICE_MS} and all together
 * {@link TURN_MS}, plus one piece. Work started while input is read counts towards the next turn. Other I/O
 * is handled between turns. If the clock stands still, as in virtual time, nothing is divided.
 */
export function timeSlices(scheduler: SchedulerLike): TimeSlices {
  const waiting: Work[] = [];
  /** The time used in the last turn, and by work begun since while input was read. */
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
          // Continue with the others.
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
        // Nested work runs in the slice of the work that started it.
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
