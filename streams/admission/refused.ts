import { defer, map, type OperatorFunction } from 'rxjs';
import type { ConnectionAttempt, RefusalDetail, Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';
import type { ConnectionRefused } from '../types/events.js';
import type { RefusalReason } from '../types/refusal-reason.js';

/**
 * Tells whether a connection was refused.
 *
 * @example
 * ```ts
 * import type { ConnectionAttempt } from 'impulse-bbs';
 * import { isRefused } from 'impulse-bbs/streams';
 * import { filter, Subject } from 'rxjs';
 *
 * const attempts = new Subject<ConnectionAttempt>();
 * attempts.pipe(filter(isRefused)).subscribe(({ reason, connection }) => console.log(connection.address, reason));
 * ```
 */
export const isRefused = (attempt: object): attempt is Refused =>
  'verdict' in attempt && attempt.verdict === 'refused';

/**
 * Refuses a connection. The board tells the caller why, and hangs up.
 *
 * @param retryInMs When to try again, in milliseconds; shown to the caller.
 * @param detail Details of the reason, for the log.
 * @example
 * ```ts
 * import type { Connection, ConnectionAttempt } from 'impulse-bbs';
 * import { refused } from 'impulse-bbs/streams';
 *
 * const closedOnMondays = (connection: Connection): ConnectionAttempt =>
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

/** Refuses a connection because the decision about it failed. */
export const refusedByError = (connection: Connection, error: unknown): Refused => ({
  ...refused(connection, 'error'),
  error,
});

/** The transport's name for an event, if it has one. */
export const transportOf = ({ transport }: Pick<Connection, 'transport'>): { readonly transport?: string } =>
  transport === undefined ? {} : { transport };

/** Creates the event for a refused connection. */
export const refusalOf = (
  connection: Pick<Connection, 'address' | 'transport'>,
  { reason, detail, protocol, error }: Pick<Refused, 'reason' | 'detail' | 'protocol' | 'error'>,
): ConnectionRefused => ({
  type: 'connectionRefused',
  address: connection.address,
  ...transportOf(connection),
  reason,
  ...(detail === undefined ? {} : { detail }),
  ...(protocol === undefined ? {} : { protocol }),
  ...(reason === 'error' ? { error } : {}),
});

/**
 * Creates a rule for connections. Connections that an earlier rule has refused, and those from trusted
 * addresses, pass unchanged; the rule doesn't see them. If the rule throws, that connection is refused
 * (`error`), and no other.
 *
 * @param begin Called at each subscription. Returns the rule with its state, which returns a refusal or
 * `null`.
 * @param trusted Addresses that the rule doesn't apply to; none by default.
 * @example
 * ```ts
 * import type { ConnectionAttempt } from 'impulse-bbs';
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
 * new Subject<ConnectionAttempt>().pipe(everyOther).subscribe();
 * ```
 */
export function refuse(
  begin: () => (connection: Connection) => Omit<Refused, 'verdict' | 'connection'> | null,
  trusted: (address: string) => boolean = () => false,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return (attempt$) =>
    defer(() => {
      const rule = begin();
      return attempt$.pipe(
        map((attempt) => {
          if (isRefused(attempt)) return attempt;
          try {
            if (trusted(attempt.address)) return attempt;
            const refusal = rule(attempt);
            return refusal ? refused(attempt, refusal.reason, refusal.retryInMs) : attempt;
          } catch (error) {
            return refusedByError(attempt, error);
          }
        }),
      );
    });
}
