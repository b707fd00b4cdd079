import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { boardClock } from './board-clock.js';

/** The time of this process, for all boards in it. */
export const processClock = boardClock();

/** The longest delay that one timer of Node's keeps. Beyond it a timer fires at once, with a warning. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of a board: whole milliseconds since 1970 that never jump when the wall clock is set, as those of RxJS's
 * own `asyncScheduler` do, nor when the process was stopped. Work is scheduled as there, but what is due at once has its turn as soon as what has come in by then was
 * seen to: a timer takes a millisecond at least, and a goodbye to ten thousand takes forty turns. A delay may be longer than
 * one timer keeps.
 */
export const monotonic: SchedulerLike = {
  now: processClock.now,
  schedule: <T>(work: Work<T>, delayMs = 0, state?: T) => new Action(work).schedule(state, delayMs),
};

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Work that is due, and that may schedule itself again. As with RxJS's own actions, only the latest order stands. */
class Action<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: Work<T>;
  // Kept in fields: a finalizer for each order would stay for as long as the work goes on.
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(work: Work<T>) {
    super();
    this.#work = work;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#callOff();
    if (delayMs > 0) this.#wait(delayMs, state);
    else this.#turn = setImmediate(() => this.#run(state));
    return this;
  }

  override unsubscribe(): void {
    this.#callOff();
    super.unsubscribe();
  }

  #wait(leftMs: number, state?: T): void {
    const rest = leftMs - MAX_TIMER_MS;
    const next = rest > 0 ? () => this.#wait(rest, state) : () => this.#run(state);
    this.#timer = setTimeout(next, Math.min(leftMs, MAX_TIMER_MS));
  }

  #run(state?: T): void {
    this.#turn = undefined;
    this.#timer = undefined;
    this.#work(state);
  }

  #callOff(): void {
    if (this.#turn) clearImmediate(this.#turn);
    if (this.#timer) clearTimeout(this.#timer);
    this.#turn = undefined;
    this.#timer = undefined;
  }
}
