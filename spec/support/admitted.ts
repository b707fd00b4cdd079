import { EMPTY, type Observable, tap } from 'rxjs';
import type { Admitted } from '../../streams/admission/admitted.js';
import type { Connection } from '../../streams/types/connection.js';

/** An admission, or a place in the waiting room. */
export interface FakeAdmitted extends Admitted {
  /** True after the caller has released the node or the place in the waiting room. */
  readonly left: boolean;
  /** True after the login. */
  readonly isLoggedIn: boolean;
}

/** Session 7, on node 3 at once, or after `position$` completes. */
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
