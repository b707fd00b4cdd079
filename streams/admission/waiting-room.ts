import { defer, endWith, type Observable, type SchedulerLike, Subject, subscribeOn, throttle } from 'rxjs';
import { inSlices } from '../rx/in-slices.js';
import type { Capacity } from './capacity.js';

/** A caller in the waiting room. */
export interface Waiter {
  readonly isTrusted: boolean;
  /** Called when the caller gets a node; takes it. */
  enter(): void;
  /** Called with the caller's position. */
  moveTo(position: number): void;
}

/** The callers who wait for a node, in the order in which they came. */
export interface WaitingRoom {
  /** The number of waiting callers. */
  readonly size: number;
  /** Adds a caller at the end. */
  add(waiter: Waiter): void;
  /** Removes a caller who gives up. */
  remove(waiter: Waiter): void;
  /** Gives the free nodes to the first waiting callers who may have them. Called whenever there may be one. */
  seatWaiters(): void;
  /** Tells the waiting callers their positions when these have changed, while subscribed. Emits nothing of use. */
  readonly moving$: Observable<unknown>;
}

/** Decides which waiting caller gets the next free node. */
export function waitingRoom({ hasRoom }: Pick<Capacity, 'hasRoom'>, scheduler: SchedulerLike): WaitingRoom {
  // Sets, for deletion in constant time that keeps the order.
  const waiting = new Set<Waiter>();
  const trustedWaiting = new Set<Waiter>();
  const moves = new Subject<void>();
  let isSeating = false;

  const takeOut = (waiter: Waiter) => {
    waiting.delete(waiter);
    trustedWaiting.delete(waiter);
  };
  /** Removes the first waiting caller who may have a node, and returns it. */
  const takeNext = () => {
    const [next] = hasRoom(false) ? waiting : hasRoom(true) ? trustedWaiting : [];
    if (next) takeOut(next);
    return next;
  };
  const positions$ = defer(() => {
    let position = 0;
    const tell = (waiter: Waiter) => {
      // A slice later some have left.
      if (!waiting.has(waiter)) return;
      position += 1;
      waiter.moveTo(position);
    };
    return inSlices([...waiting], tell, scheduler);
  }).pipe(subscribeOn(scheduler), endWith(null));

  return {
    get size() {
      return waiting.size;
    },
    add(waiter) {
      waiting.add(waiter);
      if (waiter.isTrusted) trustedWaiting.add(waiter);
    },
    remove(waiter) {
      takeOut(waiter);
      moves.next();
    },
    seatWaiters() {
      // A caller may enter and leave at once, which calls this again. A loop, so that it can't overflow the
      // stack.
      if (isSeating || waiting.size === 0) return;
      isSeating = true;
      try {
        for (let next = takeNext(); next; next = takeNext()) {
          next.enter();
          moves.next();
        }
      } finally {
        isSeating = false;
      }
    },
    // One pass at a time, and one more if the positions changed meanwhile.
    moving$: moves.pipe(throttle(() => positions$, { leading: true, trailing: true })),
  };
}
