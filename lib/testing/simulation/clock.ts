import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** A virtual clock. It stands still until `runTo`, and then runs without waiting. */
export interface SimulatedClock extends SchedulerLike {
  /**
   * Runs all work that is due until a time, in order, and stops there. Calls `onTick` whenever all work of
   * one moment is done.
   */
  runTo(time: number, onTick?: (now: number) => void): void;
  /** Lets time pass without running anything, like a blocked process. Work that was due is late. */
  stall(ms: number): void;
  /** Returns the same clock with its own count of pending work. */
  shared(): SharedClock;
}

/** A view of a clock that counts the work scheduled through it. */
export interface SharedClock extends SchedulerLike {
  /** The number of scheduled actions that have neither run nor been cancelled. */
  readonly pending: number;
}

/**
 * Creates a virtual clock for long simulations. Work is kept in a heap, and cancelled work leaves it at once.
 * RxJS's own `VirtualTimeScheduler` sorts its queue at each schedule, and keeps cancelled work until it would
 * have been due. Times are whole milliseconds, like those of Node's timers.
 *
 * @param startAt The initial time, in milliseconds since 1970.
 * @example
 * ```ts
 * import { simulatedClock } from 'impulse-bbs/testing';
 * import { interval } from 'rxjs';
 *
 * const clock = simulatedClock(Date.UTC(2026, 0, 1));
 * interval(3_600_000, clock).subscribe((hour) => console.log(`cuckoo ${hour + 1}`));
 * clock.runTo(Date.UTC(2026, 0, 2));
 * ```
 */
export function simulatedClock(startAt = 0): SimulatedClock {
  const heap = new Heap();
  let now = startAt;
  let scheduled = 0;

  const share = (): SharedClock & { pending: number } => {
    const clock: SharedClock & { pending: number } = {
      pending: 0,
      now: () => now,
      schedule<S>(work: (this: SchedulerAction<S>, state?: S) => void, delay = 0, state?: S) {
        const due = (action: Action) => {
          scheduled += 1;
          action.order = scheduled;
        };
        const action = new Action(heap, clock, work as Work, (ms) => now + Math.max(0, Math.ceil(ms)), due);
        return action.schedule(state, delay);
      },
    };
    return clock;
  };

  return {
    ...share(),
    shared: share,
    now: () => now,
    stall(ms) {
      now += ms;
    },
    runTo(time, onTick = () => {}) {
      for (;;) {
        const next = heap.first;
        if (next === undefined || next.at > time) break;
        if (next.at > now) {
          onTick(now);
          // `onTick` may have scheduled more.
          now = Math.max(now, heap.first?.at ?? now);
          continue;
        }
        heap.remove(next);
        next.run();
      }
      onTick(now);
      now = Math.max(now, time);
    },
  };
}

type Work = (this: SchedulerAction<unknown>, state?: unknown) => void;

/** A scheduled action. A class, like RxJS's own, since work reschedules itself through it. */
class Action extends Subscription implements SchedulerAction<unknown> {
  at = 0;
  order = 0;
  /** The index in the heap, or -1. */
  index = -1;
  #state: unknown;
  readonly #heap: Heap;
  readonly #clock: { pending: number };
  readonly #work: Work;
  readonly #timeIn: (ms: number) => number;
  readonly #numbered: (action: Action) => void;

  constructor(
    heap: Heap,
    clock: { pending: number },
    work: Work,
    timeIn: (ms: number) => number,
    numbered: (action: Action) => void,
  ) {
    super();
    this.#heap = heap;
    this.#clock = clock;
    this.#work = work;
    this.#timeIn = timeIn;
    this.#numbered = numbered;
  }

  schedule(state?: unknown, delay = 0): Subscription {
    if (this.closed) return this;
    this.#state = state;
    this.#leave();
    this.at = this.#timeIn(delay);
    this.#numbered(this);
    this.#heap.add(this);
    this.#clock.pending += 1;
    return this;
  }

  run(): void {
    this.#clock.pending -= 1;
    this.#work.call(this, this.#state);
  }

  override unsubscribe(): void {
    if (!this.closed) this.#leave();
    super.unsubscribe();
  }

  #leave(): void {
    if (this.index < 0) return;
    this.#heap.remove(this);
    this.#clock.pending -= 1;
  }
}

/** A binary heap whose members know their index, so that any of them can be removed. */
class Heap {
  readonly #actions: Action[] = [];

  get first(): Action | undefined {
    return this.#actions[0];
  }

  add(action: Action): void {
    this.#actions.push(action);
    this.#up(action, this.#actions.length - 1);
  }

  remove(action: Action): void {
    const { index } = action;
    action.index = -1;
    const last = this.#actions.pop() as Action;
    if (last === action) return;
    this.#put(last, index);
    this.#up(last, index);
    this.#down(last, last.index);
  }

  #up(action: Action, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = this.#actions[above] as Action;
      if (isBefore(other, action)) break;
      this.#put(other, index);
      index = above;
    }
    this.#put(action, index);
  }

  #down(action: Action, from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const [one, two] = [this.#actions[left], this.#actions[left + 1]];
      const sooner = one && two && isBefore(two, one) ? two : one;
      if (!sooner || isBefore(action, sooner)) break;
      const below = sooner.index;
      this.#put(sooner, index);
      index = below;
    }
    this.#put(action, index);
  }

  #put(action: Action, index: number): void {
    this.#actions[index] = action;
    action.index = index;
  }
}

const isBefore = (one: Action, other: Action) =>
  one.at < other.at || (one.at === other.at && one.order < other.order);
