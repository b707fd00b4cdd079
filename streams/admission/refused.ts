import { defer, map, type OperatorFunction } from 'rxjs';
import type { Knock, RefusalDetail, RefusalReason, Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import type { ConnectionRefused } from '../types/events.js';

/**
 * Tells a refused connection from one that is still welcome.
 *
 * @example
 * ```ts
 * import type { Knock } from 'impulse-bbs';
 * import { isRefused } from 'impulse-bbs/streams';
 * import { filter, Subject } from 'rxjs';
 *
 * const knocks = new Subject<Knock>();
 * knocks.pipe(filter(isRefused)).subscribe(({ reason, connection }) => console.log(connection.address, reason));
 * ```
 */
export const isRefused = (knock: object): knock is Refused =>
  'verdict' in knock && knock.verdict === 'refused';

/**
 * Turns a connection away: a board that it comes to tells the caller why, and hangs up.
 *
 * @param retryInMs In how many milliseconds to call again; the caller reads it.
 * @param detail What more there is to say of it; the log has it.
 * @example
 * ```ts
 * import type { Connection, Knock } from 'impulse-bbs';
 * import { refused } from 'impulse-bbs/streams';
 *
 * const closedOnMondays = (connection: Connection): Knock =>
 *   new Date().getDay() === 1 ? refused(connection, 'blocked', 86_400_000) : connection;
 * ```
 */
export const refused = (
  connection: Connection,
  reason: RefusalReason,
  retryInMs?: number,
  detail?: RefusalDetail,
): Refused => ({
  verdict: 'refused',
  connection,
  reason,
  ...(retryInMs === undefined ? {} : { retryInMs }),
  ...(detail === undefined ? {} : { detail }),
});

/** Turns a connection away because what was to decide about it failed. */
export const refusedByError = (connection: Connection, error: unknown): Refused => ({
  ...refused(connection, 'error'),
  error,
});

/** What is told of somebody at this address who was refused. */
export const refusalOf = (
  address: string,
  { reason, detail, protocol, error }: Pick<Refused, 'reason' | 'detail' | 'protocol' | 'error'>,
): ConnectionRefused => ({
  type: 'connectionRefused',
  address,
  reason,
  ...(detail === undefined ? {} : { detail }),
  ...(protocol === undefined ? {} : { protocol }),
  ...(reason === 'error' ? { error } : {}),
});

/**
 * A rule of the door. What an earlier rule refused passes on untouched and is not counted by this one; nor are those
 * from a trusted address. A connection whose rule throws is refused (`error`), and no other is.
 *
 * @param begin Called at each subscription; returns the rule, with the state that it keeps: why a connection is refused, or
 * `null`.
 * @param trusted Addresses that no rule is for; none, if left out.
 * @example
 * ```ts
 * import type { Knock } from 'impulse-bbs';
 * import { refuse } from 'impulse-bbs/streams';
 * import { Subject } from 'rxjs';
 *
 * const everyOther = refuse(() => {
 *   let calls = 0;
 *   return () => {
 *     calls += 1;
 *     return calls % 2 === 0 ? { reason: 'rate', retryInMs: 1000 } : null;
 *   };
 * });
 * new Subject<Knock>().pipe(everyOther).subscribe();
 * ```
 */
export function refuse(
  begin: () => (connection: Connection) => Omit<Refused, 'verdict' | 'connection'> | null,
  trusted: (address: string) => boolean = () => false,
): OperatorFunction<Knock, Knock> {
  return (knock$) =>
    defer(() => {
      const rule = begin();
      return knock$.pipe(
        map((knock) => {
          if (isRefused(knock)) return knock;
          try {
            if (trusted(knock.address)) return knock;
            const refusal = rule(knock);
            return refusal ? refused(knock, refusal.reason, refusal.retryInMs) : knock;
          } catch (error) {
            return refusedByError(knock, error);
          }
        }),
      );
    });
}
