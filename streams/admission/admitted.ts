import { BehaviorSubject, distinctUntilChanged, EMPTY, type Observable } from 'rxjs';
import type { Connection } from '../types/connection.js';
import type { SessionId } from '../types/session.js';
import type { Capacity } from './capacity.js';
import type { Waiter, WaitingRoom } from './waiting-room.js';

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

/** Takes a node and gives it back, or waits for it first. A class, since there is one per session. */
export class AdmittedCaller implements Admitted, Waiter {
  node = 0;
  readonly verdict: Admitted['verdict'];
  readonly #capacity: Capacity;
  readonly #waitingRoom: WaitingRoom;
  readonly #position: BehaviorSubject<number> | undefined;
  #isCounted = false;
  #hasLeft = false;

  /** @param hasNode Whether the caller gets a node at once. */
  constructor(
    capacity: Capacity,
    waitingRoom: WaitingRoom,
    readonly connection: Connection,
    readonly id: SessionId,
    readonly isTrusted: boolean,
    hasNode: boolean,
  ) {
    this.#capacity = capacity;
    this.#waitingRoom = waitingRoom;
    this.verdict = hasNode ? 'admitted' : 'waiting';
    if (hasNode) {
      this.enter();
      return;
    }
    this.#position = new BehaviorSubject(waitingRoom.size + 1);
    waitingRoom.add(this);
  }

  get position$(): Observable<number> {
    return this.#position?.pipe(distinctUntilChanged()) ?? EMPTY;
  }

  moveTo(position: number): void {
    this.#position?.next(position);
  }

  enter(): void {
    this.node = this.#capacity.takeNode(this.isTrusted);
    this.#isCounted = !this.isTrusted;
    this.#position?.complete();
  }

  loggedIn(): void {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    this.#capacity.loggedIn();
    this.#waitingRoom.seatWaiters();
  }

  loggedInAsGuest(): void {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    this.#capacity.loggedInAsGuest(this.connection);
    this.#waitingRoom.seatWaiters();
  }

  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    if (this.node === 0) {
      this.#waitingRoom.remove(this);
      return;
    }
    this.#capacity.freeNode(this.node, this.connection);
    this.loggedIn();
    this.#waitingRoom.seatWaiters();
  }
}
