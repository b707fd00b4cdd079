import { defer, map, type OperatorFunction } from 'rxjs';
import type { Connection, RefusalReason } from './types.js';

/** A connection that was turned away at the door. */
export interface Refused {
  readonly verdict: 'refused';
  readonly connection: Connection;
  readonly reason: RefusalReason;
  /** When to call again, if the rule can tell. */
  readonly retryInMs?: number;
}

/** A connection at the door: still welcome, or refused by a rule it has met already. */
export type Knock = Connection | Refused;

/** Tells a refused connection from one that is still welcome. */
export const isRefused = (knock: object): knock is Refused =>
  'verdict' in knock && knock.verdict === 'refused';

/** Turns a connection away. */
export const refused = (connection: Connection, reason: RefusalReason, retryInMs?: number): Refused => ({
  verdict: 'refused',
  connection,
  reason,
  ...(retryInMs === undefined ? {} : { retryInMs }),
});

/**
 * A rule of the door. What an earlier rule refused passes on untouched and is not counted by this one; nor are those
 * from a trusted address.
 *
 * @param begin Called at each subscription; returns the rule, with the state that it keeps.
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
          if (isRefused(knock) || trusted(knock.address)) return knock;
          const refusal = rule(knock);
          return refusal ? refused(knock, refusal.reason, refusal.retryInMs) : knock;
        }),
      );
    });
}
