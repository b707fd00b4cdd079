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
import { nodes } from './nodes.js';
import { quietGuests } from './quiet-guests.js';
import { isRefused, refused, refusedByError } from './refused.js';

/** A caller who is inside, or holds the line to get there. */
export interface Admitted {
  readonly verdict: 'admitted' | 'waiting';
  readonly connection: Connection;
  readonly id: SessionId;
  /** The caller's node; 0 while waiting. */
  readonly node: number;
  /** The caller's place in the line, from the present one on. Completes when the caller has a node. */
  readonly place$: Observable<number>;
  /** The caller has logged in: one less who hasn't. */
  loggedIn(): void;
  /** The same for a guest, of whom no more is known than one line: early drop counts them until they say more. */
  loggedInAsGuest(): void;
  /** Gives up the node, or the place in the line. Once is enough; more does nothing. */
  leave(): void;
}

/** The verdict on a connection. */
export type Admission = Admitted | Refused;

/** The limits that the gate goes by. It looks at them anew each time, so that they may change. */
export type GateLimits = Pick<Limits, 'maxSessions' | 'waitingRoom' | 'reserve' | 'maxUnauthenticated'>;

/**
 * The gate: hard capacity. Decided and counted in one synchronous step, so that one too many is never inside.
 * Over capacity a caller holds the line in a waiting room of bounded size, or is refused as `full`. A node
 * that is given up goes at once to the first in line who may have it.
 *
 * The last `reserve` nodes are for trusted addresses. Callers who haven't logged in hold no more than `full` of
 * `maxUnauthenticated` nodes together, and are refused at random (`rate`) when they come near it ({@link earlyDrop}), together
 * with the guests who have said nothing since; those who are trusted aren't counted.
 *
 * A caller about whom `trusted` or `random` throws is refused (`error`).
 *
 * @param changed$ The limits have changed: whoever waits may have a node now.
 * @param random From 0 up to 1, as `Math.random`.
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
      // Sets: whoever leaves is taken out without a search, and the order stays.
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
      /** Takes the first waiter who may have a node out of the line. */
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
        // One who enters and leaves at once comes back here: a loop, since a recursion would fill the stack.
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
          // Who left since the pass began isn't counted; who leaves behind its back is the next pass's.
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
        // Whoever is trusted needn't queue for a node that nobody in the line may have.
        if (hasRoom(isTrusted) && (line.size === 0 || isTrusted)) return seat(knock, isTrusted);
        if (line.size < limits.waitingRoom) return wait(knock, isTrusted);
        return refused(knock, 'full');
      };

      return using(
        () => {
          const running = new Subscription();
          running.add(changed$.subscribe(seatWaiters));
          // One pass at a time, and one more if the line moved meanwhile.
          running.add(moves.pipe(throttle(() => places$, { leading: true, trailing: true })).subscribe());
          return running;
        },
        () => knock$.pipe(map(decide)),
      );
    });
}

/** What one who is inside, or waits, does to the gate. */
interface Gate {
  /** Returns the node. */
  enter(isTrusted: boolean): number;
  loggedIn(): void;
  loggedInAsGuest(connection: Connection): void;
  leave(node: number, connection: Connection): void;
  giveUp(waiter: Guest): void;
  seatWaiters(): void;
}

/** A class, since everybody on line has one. */
class Guest implements Admitted {
  node = 0;
  readonly verdict: Admitted['verdict'];
  readonly #gate: Gate;
  readonly #place: BehaviorSubject<number> | undefined;
  #isCounted = false;
  #hasLeft = false;

  /** @param place Where in the line, of one who waits; whoever doesn't is seated at once. */
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
