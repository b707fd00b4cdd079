import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { boardClock } from './board-clock.js';

/** The clock of this process, shared by all its boards. */
export const processClock = boardClock();

/** The longest delay of a Node timer. With a longer one it fires at once, with a warning. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The default scheduler of a board. Its time is in whole milliseconds since 1970. It doesn't jump when the
 * wall clock is set, unlike RxJS's `asyncScheduler`, nor when the process was stopped. Zero-delay work runs
 * via setImmediate, after pending I/O: a timer would take at least a millisecond, and sending goodbye to ten
 * thousand callers takes forty rounds. Delays may be longer than {@link MAX_TIMER_MS}.
 */
export const monotonic: SchedulerLike = {
  now: processClock.now,
  schedule: <T>(work: Work<T>, delayMs = 0, state?: T) => new Action(work).schedule(state, delayMs),
};

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Scheduled work that may reschedule itself. As with RxJS's actions, only the latest schedule counts. */
class Action<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: Work<T>;
  // Fields instead of a teardown for each schedule, since those would pile up while the work goes on.
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
