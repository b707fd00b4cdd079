import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  map,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  Subject,
  Subscription,
  subscribeOn,
  throttle,
  using,
} from 'rxjs';
import { inSlices } from '../rx/in-slices.js';
import type { ConnectionAttempt, Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import type { Limits } from '../types/limits.js';
import type { SessionId } from '../types/session.js';
import { earlyDrop } from './early-drop.js';
import { nodeNumbers } from './node-numbers.js';
import { quietGuests } from './quiet-guests.js';
import { isRefused, refused, refusedByError } from './refused.js';

/** A caller who has a node, or waits for one. */
export interface Admitted {
  readonly verdict: 'admitted' | 'waiting';
  readonly connection: Connection;
  readonly id: SessionId;
  /** The caller's node; 0 while waiting. */
  readonly node: number;
  /**
   * Emits the position in the waiting room, from the current one on. Completes when the caller gets a
   * node.
   */
  readonly position$: Observable<number>;
  /** The caller has logged in, and no longer counts towards `maxUnauthenticated`. */
  loggedIn(): void;
  /** The same for a guest, who still counts for early drop until more input follows the handle. */
  loggedInAsGuest(): void;
  /** Frees the node, or leaves the waiting room. Further calls do nothing. */
  leave(): void;
}

/** The decision on a connection. */
export type Admission = Admitted | Refused;

/** The limits that apply here. They are read at each decision, so they may change. */
export type CapacityLimits = Pick<Limits, 'maxSessions' | 'waitingRoom' | 'reserve' | 'maxUnauthenticated'>;

/**
 * Enforces the capacity. Deciding and counting are one synchronous step, so the limit is never exceeded. At
 * capacity a caller waits in a waiting room of bounded size, or is refused (`full`). A freed node goes at
 * once to the first waiting caller who may have it.
 *
 * The last `reserve` nodes are for trusted addresses. Callers who haven't logged in hold at most `full` of
 * `maxUnauthenticated` nodes. Near that number new callers are refused at random (`rate`, see
 * {@link earlyDrop}); guests who have sent nothing since their login count for this too. Trusted addresses
 * don't count.
 *
 * If `trusted` or `random` throws, the caller is refused (`error`).
 *
 * @param changed$ Emits when the limits have changed: waiting callers may get a node now.
 * @param random Returns a number from 0 up to 1, like `Math.random`.
 */
export function admit(
  limits: CapacityLimits,
  trusted: (address: string) => boolean,
  changed$: Observable<unknown>,
  random: () => number,
  scheduler: SchedulerLike,
): OperatorFunction<ConnectionAttempt, Admission> {
  return (attempt$) =>
    defer(() => {
      const free = nodeNumbers();
      // Sets, for deletion in constant time that keeps the order.
      const waiting = new Set<AdmittedCaller>();
      const trustedWaiting = new Set<AdmittedCaller>();
      const moves = new Subject<void>();
      const quiet = quietGuests();
      let inside = 0;
      let unauthenticated = 0;
      let lastId = 0;
      let seating = false;

      const hasRoom = (isTrusted: boolean) => {
        const capacity = limits.maxSessions - (isTrusted ? 0 : limits.reserve);
        const max = limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY;
        return inside < capacity && (isTrusted || unauthenticated < max);
      };
      /** Removes the first waiting caller who may have a node, and returns it. */
      const takeNext = () => {
        const [next] = hasRoom(false) ? waiting : hasRoom(true) ? trustedWaiting : [];
        if (next) takeOut(next);
        return next;
      };
      const takeOut = (waiter: AdmittedCaller) => {
        waiting.delete(waiter);
        trustedWaiting.delete(waiter);
      };
      const seatWaiters = () => {
        // A caller may enter and leave at once, which calls this again. A loop, so that it can't overflow the
        // stack.
        if (seating || waiting.size === 0) return;
        seating = true;
        try {
          for (let next = takeNext(); next; next = takeNext()) {
            next.enter();
            moves.next();
          }
        } finally {
          seating = false;
        }
      };
      const positions$ = defer(() => {
        let position = 0;
        const tell = (waiter: AdmittedCaller) => {
          // Subscribed in this order, so the three receive a shutdown order in this order.
          if (!waiting.has(waiter)) return;
          position += 1;
          waiter.moveTo(position);
        };
        return inSlices([...waiting], tell, scheduler);
      }).pipe(subscribeOn(scheduler), endWith(null));

      const capacity: Capacity = {
        enter(isTrusted) {
          inside += 1;
          if (!isTrusted) unauthenticated += 1;
          return free.take();
        },
        loggedIn() {
          unauthenticated -= 1;
          seatWaiters();
        },
        loggedInAsGuest(connection) {
          if (limits.maxUnauthenticated) quiet.add(connection);
          capacity.loggedIn();
        },
        leave(node, connection) {
          inside -= 1;
          quiet.delete(connection);
          free.free(node);
        },
        seatWaiters,
        giveUp(waiter) {
          takeOut(waiter);
          moves.next();
        },
      };

      const seat = (connection: Connection, isTrusted: boolean): Admitted => {
        lastId += 1;
        return new AdmittedCaller(capacity, connection, lastId, isTrusted);
      };
      const wait = (connection: Connection, isTrusted: boolean): Admitted => {
        lastId += 1;
        const waiter = new AdmittedCaller(capacity, connection, lastId, isTrusted, waiting.size + 1);
        waiting.add(waiter);
        if (isTrusted) trustedWaiting.add(waiter);
        return waiter;
      };

      const decide = (attempt: ConnectionAttempt): Admission => {
        if (isRefused(attempt)) return attempt;
        try {
          return verdictOn(attempt);
        } catch (error) {
          return refusedByError(attempt, error);
        }
      };
      const verdictOn = (attempt: Connection): Admission => {
        const isTrusted = trusted(attempt.address);
        const { maxUnauthenticated } = limits;
        if (
          !isTrusted &&
          maxUnauthenticated &&
          earlyDrop(unauthenticated + quiet.count(), maxUnauthenticated, random)
        ) {
          return refused(attempt, 'rate');
        }
        // A trusted caller doesn't queue for a reserved node, which no other caller may have.
        if (hasRoom(isTrusted) && (waiting.size === 0 || isTrusted)) return seat(attempt, isTrusted);
        if (waiting.size < limits.waitingRoom) return wait(attempt, isTrusted);
        return refused(attempt, 'full');
      };

      return using(
        () => {
          const running = new Subscription();
          running.add(changed$.subscribe(seatWaiters));
          // One pass at a time, and one more if the positions changed meanwhile.
          running.add(moves.pipe(throttle(() => positions$, { leading: true, trailing: true })).subscribe());
          return running;
        },
        () => attempt$.pipe(map(decide)),
      );
    });
}

/** What a caller can do to the waiting room and the nodes. */
interface Capacity {
  /** Returns the node. */
  enter(isTrusted: boolean): number;
  loggedIn(): void;
  loggedInAsGuest(connection: Connection): void;
  leave(node: number, connection: Connection): void;
  giveUp(waiter: AdmittedCaller): void;
  seatWaiters(): void;
}

/** A class, since there is one per session. */
class AdmittedCaller implements Admitted {
  node = 0;
  readonly verdict: Admitted['verdict'];
  readonly #gate: Capacity;
  readonly #position: BehaviorSubject<number> | undefined;
  #isCounted = false;
  #hasLeft = false;

  /** @param position The position in the waiting room; left out, the caller gets a node at once. */
  constructor(
    capacity: Capacity,
    readonly connection: Connection,
    readonly id: SessionId,
    readonly isTrusted: boolean,
    position?: number,
  ) {
    this.#gate = capacity;
    this.verdict = position === undefined ? 'admitted' : 'waiting';
    if (position !== undefined) this.#position = new BehaviorSubject(position);
    else this.enter();
  }

  get position$(): Observable<number> {
    return this.#position?.pipe(distinctUntilChanged()) ?? EMPTY;
  }

  moveTo(position: number): void {
    this.#position?.next(position);
  }

  enter(): void {
    this.node = this.#gate.enter(this.isTrusted);
    this.#isCounted = !this.isTrusted;
    this.#position?.complete();
  }

  loggedIn(): void {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    this.#gate.loggedIn();
  }

  loggedInAsGuest(): void {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    this.#gate.loggedInAsGuest(this.connection);
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    if (this.node === 0) {
      this.#gate.giveUp(this);
      return;
    }
    this.#gate.leave(this.node, this.connection);
    this.loggedIn();
    this.#gate.seatWaiters();
  }
}
