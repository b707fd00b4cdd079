import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { nodes } from './nodes.js';
import { isRefused, type Knock, type Refused } from './refused.js';
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
  /** Gives up the node, or the place in the line. Once is enough; more does nothing. */
  leave(): void;
}

/** The verdict on a connection. */
export type Admission = Admitted | Refused;

/**
 * The gate: hard capacity. Decided and counted in one synchronous step, so that one too many is never inside.
 * Over capacity a caller holds the line in a waiting room of bounded size, or is refused as `full`. A node
 * that is given up goes at once to the first in line.
 */
export function admit(
  limits: Pick<Limits, 'maxSessions' | 'waitingRoom'>,
): OperatorFunction<Knock, Admission> {
  return (knock$) =>
    defer(() => {
      const free = nodes();
      const line: Waiter[] = [];
      let inside = 0;
      let lastId = 0;
      let seating = false;

      const vacate = (node: number) => {
        inside -= 1;
        free.free(node);
        // One who enters and leaves at once vacates again: a loop, since a recursion would fill the stack.
        if (seating) return;
        seating = true;
        while (line.length > 0 && inside < limits.maxSessions) line.shift()?.enter();
        seating = false;
        moveUp();
      };
      const moveUp = () => {
        // By index, since a caller who is told its place may leave at that very moment.
        for (let index = 0; index < line.length; index += 1) line[index]?.moveTo(index + 1);
      };
      const takeNode = () => {
        inside += 1;
        return free.take();
      };

      const seat = (connection: Connection): Admitted => {
        const node = takeNode();
        const leave = once(() => vacate(node));
        lastId += 1;
        return { verdict: 'admitted', connection, id: lastId, node, place$: EMPTY, leave };
      };

      const wait = (connection: Connection): Admitted => {
        const place = new BehaviorSubject(line.length + 1);
        let node = 0;
        const waiter: Waiter = {
          moveTo: (to) => place.next(to),
          enter() {
            node = takeNode();
            place.complete();
          },
        };
        line.push(waiter);
        lastId += 1;
        return {
          verdict: 'waiting',
          connection,
          id: lastId,
          get node() {
            return node;
          },
          place$: place.pipe(distinctUntilChanged()),
          leave: once(() => {
            if (node > 0) return vacate(node);
            line.splice(line.indexOf(waiter), 1);
            moveUp();
          }),
        };
      };

      return knock$.pipe(
        map((knock): Admission => {
          if (isRefused(knock)) return knock;
          if (inside < limits.maxSessions) return seat(knock);
          if (line.length < limits.waitingRoom) return wait(knock);
          return { verdict: 'refused', connection: knock, reason: 'full' };
        }),
      );
    });
}

interface Waiter {
  moveTo(place: number): void;
  enter(): void;
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
