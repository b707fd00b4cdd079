import {
  defer,
  map,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  Subscription,
  using,
} from 'rxjs';
import type { ConnectionAttempt, Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import type { Limits } from '../types/limits.js';
import { type Admitted, AdmittedCaller } from './admitted.js';
import { capacity, type NodeLimits } from './capacity.js';
import { earlyDrop } from './early-drop.js';
import { isRefused, refused, refusedByError } from './refused.js';
import { waitingRoom } from './waiting-room.js';

/** The decision on a connection. */
export type Admission = Admitted | Refused;

/** The limits that apply here. They are read at each decision, so they may change. */
export type CapacityLimits = NodeLimits & Pick<Limits, 'waitingRoom'>;

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
      const nodes = capacity(limits);
      const room = waitingRoom(nodes, scheduler);
      let lastId = 0;

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
          earlyDrop(nodes.countForEarlyDrop(), maxUnauthenticated, random)
        ) {
          return refused(attempt, 'rate');
        }
        // A trusted caller doesn't queue for a reserved node, which no other caller may have.
        const hasNode = nodes.hasRoom(isTrusted) && (room.size === 0 || isTrusted);
        if (!hasNode && room.size >= limits.waitingRoom) return refused(attempt, 'full');
        lastId += 1;
        return new AdmittedCaller(nodes, room, attempt, lastId, isTrusted, hasNode);
      };

      return using(
        () => {
          const running = new Subscription();
          running.add(changed$.subscribe(room.seatWaiters));
          running.add(room.moving$.subscribe());
          return running;
        },
        () => attempt$.pipe(map(decide)),
      );
    });
}
