import { EMPTY, type Observable, tap } from 'rxjs';
import type { Admitted } from '../../streams/admission/admitted.js';
import type { Connection } from '../../streams/types/connection.js';

/** A caller whom the gate let in, or who holds the line there. */
export interface FakeAdmitted extends Admitted {
  /** True once the caller gave up the node, or the place in the line. */
  readonly left: boolean;
  /** True once the caller logged in. */
  readonly isLoggedIn: boolean;
}

/** Caller 7, on node 3 from the start, or from the moment when `position$` completes. */
export function fakeAdmitted(connection: Connection, place$?: Observable<number>): FakeAdmitted {
  let node = place$ ? 0 : 3;
  let left = false;
  let isLoggedIn = false;
  const seat = () => {
    node = 3;
  };
  return {
    verdict: place$ ? 'waiting' : 'admitted',
    connection,
    id: 7,
    get node() {
      return node;
    },
    get left() {
      return left;
    },
    position$: place$?.pipe(tap({ complete: seat })) ?? EMPTY,
    get isLoggedIn() {
      return isLoggedIn;
    },
    loggedIn() {
      isLoggedIn = true;
    },
    loggedInAsGuest() {
      isLoggedIn = true;
    },
    leave() {
      left = true;
    },
  };
}
