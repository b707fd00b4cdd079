import type { Connection } from './connection.js';

/** Why a connection never became a session. */
export type RefusalReason =
  | 'full'
  | 'rate'
  | 'address'
  | 'blocked'
  | 'penalty'
  | 'draining'
  | 'gate'
  | 'proxy'
  | 'wrong-protocol'
  | 'crawler'
  | 'error';

/**
 * What more there is to say of a refusal. Of `proxy`: the other end is not a proxy of ours, sent no PROXY header, sent a
 * malformed one, or sent none in time; or too many connections wait for their header already. Of `gate`: the caller hung up
 * without a byte.
 */
export type RefusalDetail =
  | 'not a proxy'
  | 'no header'
  | 'malformed header'
  | 'timeout'
  | 'too many'
  | 'silent';

/** A connection that was turned away at the door. */
export interface Refused {
  /** Told apart by it from one that is still welcome: {@link isRefused}. */
  readonly verdict: 'refused';
  /** The line, which is still open: the caller is to read why. */
  readonly connection: Connection;
  /** The rule that it was refused by. */
  readonly reason: RefusalReason;
  /** In how many milliseconds to call again, if the rule can tell. */
  readonly retryInMs?: number;
  /** What more there is to say of it. */
  readonly detail?: RefusalDetail;
  /** Which protocol the caller spoke, of a `wrong-protocol`. */
  readonly protocol?: string;
  /** What went wrong, of an `error`. */
  readonly error?: unknown;
}

/** A connection at the door: still welcome, or refused by a rule it has met already. */
export type Knock = Connection | Refused;
