import type { Connection } from './connection.js';
import type { RefusalReason } from './refusal-reason.js';

/**
 * Details of a refusal. For `proxy`: the peer is not one of our proxies, it sent no PROXY header, a malformed
 * one or none in time, or too many connections are waiting for their header. For `gate`: the caller hung up
 * without sending a byte.
 */
export type RefusalDetail =
  | 'not a proxy'
  | 'no header'
  | 'malformed header'
  | 'timeout'
  | 'too many'
  | 'silent';

/** A connection that was refused. */
export interface Refused {
  /** Discriminates it from a connection that is not refused; see `isRefused`. */
  readonly verdict: 'refused';
  /** The connection, still open so that the caller can read the reason. */
  readonly connection: Connection;
  /** The rule that refused it. */
  readonly reason: RefusalReason;
  /** When to try again, in milliseconds, if the rule knows. */
  readonly retryInMs?: number;
  /** Details of the reason, if there are any. */
  readonly detail?: RefusalDetail;
  /** The protocol that the caller spoke, for `wrong-protocol`. */
  readonly protocol?: string;
  /** The error, for `error`. */
  readonly error?: unknown;
}

/** A connection that asks for a session, or one that an earlier rule has refused. */
export type ConnectionAttempt = Connection | Refused;
