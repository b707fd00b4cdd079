import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/** A clock that stands still until it is told to run, and then runs as fast as what it has to do. */
export interface SimulatedClock extends SchedulerLike {
  /** Does what is due until that time, in its order, and stands there. `onTick` is told whenever all of one moment is done. */
  runTo(time: number, onTick?: (now: number) => void): void;
  /** Time goes by while nothing is done, as when a process is held up: what was due is late. */
  stall(ms: number): void;
  /** The same clock for somebody else, with a count of its own of what is still to be done. */
  shared(): SharedClock;
}

/** A clock's share, and how much is still to be done of what was scheduled with it. */
export interface SharedClock extends SchedulerLike {
  /** What was scheduled with it and is neither done nor cancelled. */
  readonly pending: number;
}

/**
 * Makes a virtual clock for long simulations. What is due is found in a heap, and what is cancelled leaves it at once: RxJS's
 * own `VirtualTimeScheduler` sorts its queue at each schedule, and keeps what was cancelled until it would have been due.
 * Times are whole milliseconds, as those of Node's timers.
 *
 * @param startAt Where it stands at first, in milliseconds since 1970.
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
          // Whoever looked may have had something to do.
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

/** Something to be done. A class, as RxJS's own, since work schedules itself again by it. */
class Action extends Subscription implements SchedulerAction<unknown> {
  at = 0;
  order = 0;
  /** Where it is in the heap, or -1. */
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

/** A binary heap whose members know their places, so that one can be taken out of the middle. */
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
