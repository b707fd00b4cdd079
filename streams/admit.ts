import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  type Observable,
  type OperatorFunction,
  using,
} from 'rxjs';
import { earlyDrop } from './early-drop.js';
import { nodes } from './nodes.js';
import { isRefused, type Knock, type Refused, refused } from './refused.js';
import type { Connection, Limits, SessionId } from './types.js';

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
 * `maxUnauthenticated` nodes together, and are refused at random (`rate`) when they come near it ({@link earlyDrop}); those
 * who are trusted aren't counted.
 *
 * @param changed$ The limits have changed: whoever waits may have a node now.
 * @param random From 0 up to 1, as `Math.random`.
 */
export function admit(
  limits: GateLimits,
  trusted: (address: string) => boolean,
  changed$: Observable<unknown>,
  random: () => number,
): OperatorFunction<Knock, Admission> {
  return (knock$) =>
    defer(() => {
      const free = nodes();
      const line: Guest[] = [];
      let inside = 0;
      let unauthenticated = 0;
      let lastId = 0;
      let seating = false;

      const hasRoom = (isTrusted: boolean) => {
        const capacity = limits.maxSessions - (isTrusted ? 0 : limits.reserve);
        const most = limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY;
        return inside < capacity && (isTrusted || unauthenticated < most);
      };
      const seatWaiters = () => {
        // One who enters and leaves at once comes back here: a loop, since a recursion would fill the stack.
        if (seating) return;
        seating = true;
        try {
          for (let next = line.findIndex(waits); next !== -1; next = line.findIndex(waits)) {
            line.splice(next, 1)[0]?.enter();
          }
        } finally {
          seating = false;
        }
        moveUp();
      };
      const waits = (waiter: Guest) => hasRoom(waiter.isTrusted);
      const moveUp = () => {
        // By index, since a caller who is told its place may leave at that very moment.
        for (let index = 0; index < line.length; index += 1) line[index]?.moveTo(index + 1);
      };

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
        leave(node) {
          inside -= 1;
          free.free(node);
        },
        seatWaiters,
        giveUp(waiter) {
          line.splice(line.indexOf(waiter), 1);
          moveUp();
        },
      };

      const seat = (connection: Connection, isTrusted: boolean): Admitted => {
        lastId += 1;
        return new Guest(gate, connection, lastId, isTrusted);
      };
      const wait = (connection: Connection, isTrusted: boolean): Admitted => {
        lastId += 1;
        const waiter = new Guest(gate, connection, lastId, isTrusted, line.length + 1);
        line.push(waiter);
        return waiter;
      };

      const decide = (knock: Knock): Admission => {
        if (isRefused(knock)) return knock;
        const isTrusted = trusted(knock.address);
        const { maxUnauthenticated } = limits;
        if (!isTrusted && maxUnauthenticated && earlyDrop(unauthenticated, maxUnauthenticated, random)) {
          return refused(knock, 'rate');
        }
        // Whoever is trusted needn't queue for a node that nobody in the line may have.
        if (hasRoom(isTrusted) && (line.length === 0 || isTrusted)) return seat(knock, isTrusted);
        if (line.length < limits.waitingRoom) return wait(knock, isTrusted);
        return refused(knock, 'full');
      };

      return using(
        () => changed$.subscribe(seatWaiters),
        () => knock$.pipe(map(decide)),
      );
    });
}

/** What one who is inside, or waits, does to the gate. */
interface Gate {
  /** Returns the node. */
  enter(isTrusted: boolean): number;
  loggedIn(): void;
  leave(node: number): void;
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

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    if (this.node === 0) {
      this.#gate.giveUp(this);
      return;
    }
    this.#gate.leave(this.node);
    this.loggedIn();
    this.#gate.seatWaiters();
  }
}
