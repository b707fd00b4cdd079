import type { SchedulerLike } from 'rxjs';
import { SLICE_MS } from './in-slices.js';

/** Milliseconds of one turn of the loop for the long work of all callers together. */
export const TURN_MS = 10;

/** Work that can be done in pieces. */
export interface Work {
  /** Does a piece. Returns whether there is more to do now. */
  step(): boolean;
}

/** Shares the event loop among callers whose work takes long. */
export interface TimeSlices {
  /**
   * Begins work at once, or in one of the next turns if those before it have used up this one. What takes longer than a slice
   * goes on in the next turn, each in its order (round robin).
   */
  begin(work: Work): void;
  /** Begins work in one of the next turns. */
  later(work: Work): void;
}

/**
 * Divides the time of the event loop: at most {@link SLICE_MS} for one caller and {@link TURN_MS} for all in a turn, and a piece
 * more. Between turns all others are heard. A clock that stands still, as in virtual time, divides nothing.
 */
export function timeSlices(scheduler: SchedulerLike): TimeSlices {
  const waiting: Work[] = [];
  let spentMs = 0;
  let scheduled = false;

  const run = (work: Work): boolean => {
    const from = scheduler.now();
    let now = from;
    let more = true;
    while (more && now - from < SLICE_MS) {
      more = work.step();
      now = scheduler.now();
    }
    spentMs += now - from;
    return more;
  };
  const nextTurn = () => {
    if (scheduled) return;
    scheduled = true;
    scheduler.schedule(() => {
      scheduled = false;
      spentMs = 0;
      for (let left = waiting.length; left > 0 && spentMs < TURN_MS; left -= 1) {
        const work = waiting.shift() as Work;
        if (run(work)) waiting.push(work);
      }
      if (waiting.length > 0 || spentMs > 0) nextTurn();
    });
  };

  return {
    begin(work) {
      if (waiting.length > 0 || spentMs >= TURN_MS || run(work)) waiting.push(work);
      if (waiting.length > 0 || spentMs > 0) nextTurn();
    },
    later(work) {
      waiting.push(work);
      nextTurn();
    },
  };
}
