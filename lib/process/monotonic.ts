import { asyncScheduler, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { boardClock } from './board-clock.js';

/** The time of this process, for all boards in it. */
export const processClock = boardClock();

/**
 * The clock of a board: whole milliseconds since 1970 that never jump when the wall clock is set, as those of RxJS's
 * own `asyncScheduler` do, nor when the process was stopped. Work is scheduled as there, but what is due at once has its turn as soon as what has come in by then was
 * seen to: a timer takes a millisecond at least, and a goodbye to ten thousand takes forty turns.
 */
export const monotonic: SchedulerLike = {
  now: processClock.now,
  schedule: <T>(work: Work<T>, delayMs = 0, state?: T) =>
    delayMs > 0 ? asyncScheduler.schedule(work, delayMs, state) : new AtOnce(work).schedule(state),
};

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Work for the next turn of the loop. */
class AtOnce<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: Work<T>;

  constructor(work: Work<T>) {
    super();
    this.#work = work;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (delayMs > 0) this.add(asyncScheduler.schedule(this.#work, delayMs, state));
    else {
      const turn = setImmediate(() => this.#work(state));
      this.add(() => clearImmediate(turn));
    }
    return this;
  }
}
