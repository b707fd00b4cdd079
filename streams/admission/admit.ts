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
import type { Knock, Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import type { Limits } from '../types/limits.js';
import type { SessionId } from '../types/session.js';
import { earlyDrop } from './early-drop.js';
import { nodes } from './node-numbers.js';
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
  readonly place$: Observable<number>;
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
export type GateLimits = Pick<Limits, 'maxSessions' | 'waitingRoom' | 'reserve' | 'maxUnauthenticated'>;

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
  limits: GateLimits,
  trusted: (address: string) => boolean,
  changed$: Observable<unknown>,
  random: () => number,
  scheduler: SchedulerLike,
): OperatorFunction<Knock, Admission> {
  return (knock$) =>
    defer(() => {
      const free = nodes();
      // Sets, for deletion in constant time that keeps the order.
      const line = new Set<Guest>();
      const trustedInLine = new Set<Guest>();
      const moves = new Subject<void>();
      const quiet = quietGuests();
      let inside = 0;
      let unauthenticated = 0;
      let lastId = 0;
      let seating = false;

      const hasRoom = (isTrusted: boolean) => {
        const capacity = limits.maxSessions - (isTrusted ? 0 : limits.reserve);
        const most = limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY;
        return inside < capacity && (isTrusted || unauthenticated < most);
      };
      /** Removes the first waiting caller who may have a node, and returns it. */
      const takeNext = () => {
        const [next] = hasRoom(false) ? line : hasRoom(true) ? trustedInLine : [];
        if (next) takeOut(next);
        return next;
      };
      const takeOut = (waiter: Guest) => {
        line.delete(waiter);
        trustedInLine.delete(waiter);
      };
      const seatWaiters = () => {
        // A caller may enter and leave at once, which calls this again. A loop, so that it can't overflow the
        // stack.
        if (seating || line.size === 0) return;
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
      const places$ = defer(() => {
        let place = 0;
        const tell = (waiter: Guest) => {
          // Subscribed in this order, so the three receive a shutdown order in this order.
          if (!line.has(waiter)) return;
          place += 1;
          waiter.moveTo(place);
        };
        return inSlices([...line], tell, scheduler);
      }).pipe(subscribeOn(scheduler), endWith(null));

      const gate: Gate = {
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
          gate.loggedIn();
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
        return new Guest(gate, connection, lastId, isTrusted);
      };
      const wait = (connection: Connection, isTrusted: boolean): Admitted => {
        lastId += 1;
        const waiter = new Guest(gate, connection, lastId, isTrusted, line.size + 1);
        line.add(waiter);
        if (isTrusted) trustedInLine.add(waiter);
        return waiter;
      };

      const decide = (knock: Knock): Admission => {
        if (isRefused(knock)) return knock;
        try {
          return verdictOn(knock);
        } catch (error) {
          return refusedByError(knock, error);
        }
      };
      const verdictOn = (knock: Connection): Admission => {
        const isTrusted = trusted(knock.address);
        const { maxUnauthenticated } = limits;
        if (
          !isTrusted &&
          maxUnauthenticated &&
          earlyDrop(unauthenticated + quiet.count(), maxUnauthenticated, random)
        ) {
          return refused(knock, 'rate');
        }
        // A trusted caller doesn't queue for a reserved node, which no other caller may have.
        if (hasRoom(isTrusted) && (line.size === 0 || isTrusted)) return seat(knock, isTrusted);
        if (line.size < limits.waitingRoom) return wait(knock, isTrusted);
        return refused(knock, 'full');
      };

      return using(
        () => {
          const running = new Subscription();
          running.add(changed$.subscribe(seatWaiters));
          // One pass at a time, and one more if the positions changed meanwhile.
          running.add(moves.pipe(throttle(() => places$, { leading: true, trailing: true })).subscribe());
          return running;
        },
        () => knock$.pipe(map(decide)),
      );
    });
}

/** What a caller can do to the waiting room and the nodes. */
interface Gate {
  /** Returns the node. */
  enter(isTrusted: boolean): number;
  loggedIn(): void;
  loggedInAsGuest(connection: Connection): void;
  leave(node: number, connection: Connection): void;
  giveUp(waiter: Guest): void;
  seatWaiters(): void;
}

/** A class, since there is one per session. */
class Guest implements Admitted {
  node = 0;
  readonly verdict: Admitted['verdict'];
  readonly #gate: Gate;
  readonly #place: BehaviorSubject<number> | undefined;
  #isCounted = false;
  #hasLeft = false;

  /** @param place The position in the waiting room; left out, the caller gets a node at once. */
  constructor(
    gate: Gate,
    readonly connection: Connection,
    readonly id: SessionId,
    readonly isTrusted: boolean,
    place?: number,
  ) {
    this.#gate = gate;
    this.verdict = place === undefined ? 'admitted' : 'waiting';
    if (place !== undefined) this.#place = new BehaviorSubject(place);
    else this.enter();
  }

  get place$(): Observable<number> {
    return this.#place?.pipe(distinctUntilChanged()) ?? EMPTY;
  }

  moveTo(place: number): void {
    this.#place?.next(place);
  }

  enter(): void {
    this.node = this.#gate.enter(this.isTrusted);
    this.#isCounted = !this.isTrusted;
    this.#place?.complete();
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
