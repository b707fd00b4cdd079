/** A rate: `count` times in `perMs`, and up to `burst` at once after a quiet time. */
export interface Rate {
  /** How many are allowed in `perMs`. */
  readonly count: number;
  /** The period of `count`, in milliseconds. */
  readonly perMs: number;
  /** How many are allowed at once, after a quiet time. */
  readonly burst: number;
}

/**
 * Random early drop, by the number of callers who haven't logged in. Below `start` none is refused. At
 * `start` `rate` percent of new callers are refused, rising to all of them at `full`.
 */
export interface EarlyDrop {
  /** The number of callers not logged in at which refusals begin. */
  readonly start: number;
  /** The percentage of new callers refused at `start`. */
  readonly rate: number;
  /** The number at which all new callers are refused. */
  readonly full: number;
}

/** All limits of a board. Durations are in milliseconds; `null` means no limit. */
export interface Limits {
  /**
   * Maximum number of sessions.
   *
   * @default 100
   */
  readonly maxSessions: number;
  /**
   * Maximum number of callers waiting for a node; 0 for no waiting room.
   *
   * @default 20
   */
  readonly waitingRoom: number;
  /**
   * Nodes reserved for trusted addresses.
   *
   * @default 0
   */
  readonly reserve: number;
  /**
   * Limits the callers who haven't logged in.
   *
   * @default { start: 10, rate: 30, full: 60 }
   */
  readonly maxUnauthenticated: EarlyDrop | null;
  /**
   * Maximum number of connections per IPv4 address or IPv6 /64; four times as many per /56, sixteen times per
   * /48.
   *
   * @default 5
   */
  readonly maxPerAddress: number | null;
  /**
   * Maximum number of sessions per account.
   *
   * @default 3
   */
  readonly maxPerUser: number | null;
  /**
   * What happens to a session over `maxPerUser`: it takes over the oldest, or is denied.
   *
   * @default 'takeover'
   */
  readonly perUserPolicy: 'takeover' | 'deny';
  /**
   * Whether addresses that commit too many offences are refused for a while.
   *
   * @default true
   */
  readonly penalties: boolean;
  /**
   * Rate of new connections from everywhere.
   *
   * @default { count: 50, perMs: 1000, burst: 100 }
   */
  readonly connectionRate: Rate | null;
  /**
   * Rate of new connections per IPv4 address or IPv6 /64; four times as many per /56, sixteen times
   * per /48.
   *
   * @default { count: 10, perMs: 60_000, burst: 10 }
   */
  readonly connectionRatePerAddress: Rate | null;
  /**
   * How long a caller may type nothing, in milliseconds.
   *
   * @default 600_000
   */
  readonly idleTimeoutMs: number | null;
  /**
   * How long before the idle timeout or the session limit the caller is warned, in milliseconds.
   *
   * @default 60_000
   */
  readonly idleWarningMs: number | null;
  /**
   * How long a login may take, in milliseconds. Typing doesn't extend it.
   *
   * @default 60_000
   */
  readonly loginTimeoutMs: number | null;
  /**
   * How long a client may give no sign of life before its caller counts as lost, in milliseconds.
   *
   * @default 120_000
   */
  readonly deadPeerTimeoutMs: number | null;
  /**
   * How long a session may last, in milliseconds.
   *
   * @default null
   */
  readonly sessionLimitMs: number | null;
  /**
   * How long callers may stay after a shutdown begins, in milliseconds; `null` waits for the last of them.
   *
   * @default 10_000
   */
  readonly shutdownGraceMs: number | null;
  /**
   * Bytes read from one caller per second; flow control holds back the rest.
   *
   * @default null
   */
  readonly inputRate: number | null;
  /**
   * Maximum number of unsent bytes for a caller who doesn't read.
   *
   * @default 262_144
   */
  readonly outputLimitBytes: number;
}
