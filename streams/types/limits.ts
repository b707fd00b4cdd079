/** How often something may happen: `count` times in `perMs`, and `burst` at once after a quiet time. */
export interface Rate {
  /** How often it may happen in `perMs`. */
  readonly count: number;
  /** The time that `count` is for, in milliseconds. */
  readonly perMs: number;
  /** How often it may happen at once, after a quiet time. */
  readonly burst: number;
}

/**
 * How many callers who haven't logged in are too many: below `start` nobody is refused for it, from there on `rate` percent
 * of the newcomers, more the nearer they come to `full`, and all at `full`.
 */
export interface EarlyDrop {
  /** Callers who haven't logged in, from whose number on some of the newcomers are refused. */
  readonly start: number;
  /** How many of the newcomers are refused at `start`, in percent. */
  readonly rate: number;
  /** The number at which all of them are refused. */
  readonly full: number;
}

/** Everything that bounds a board. Durations are in milliseconds; `null` is off. */
export interface Limits {
  /** Sessions at once. */
  readonly maxSessions: number;
  /** Callers who may wait for a node; 0 sends them away. */
  readonly waitingRoom: number;
  /** The last nodes, which only trusted addresses get. */
  readonly reserve: number;
  /** Callers on line who haven't logged in. */
  readonly maxUnauthenticated: EarlyDrop | null;
  /** Connections at once of one IPv4 address or IPv6 /64; four times as many of a /56, sixteen times of a /48. */
  readonly maxPerAddress: number | null;
  /** Calls at once of one account. */
  readonly maxPerUser: number | null;
  /** Whether a call too many takes over the oldest, or is denied. */
  readonly perUser: 'takeover' | 'deny';
  /** Whether addresses from which too much is done wrong are kept out for a while. */
  readonly penalties: boolean;
  /** Connections from anywhere. */
  readonly connectionRate: Rate | null;
  /** Connections from one IPv4 address or IPv6 /64; four times as many from a /56, sixteen times from a /48. */
  readonly connectionRatePerAddress: Rate | null;
  /** How long a caller may type nothing. */
  readonly idleTimeoutMs: number | null;
  /** How long before the end of the idle time or the time on line the caller is warned. */
  readonly idleWarningMs: number | null;
  /** How long a caller may take to log in. Absolute: typing doesn't extend it. */
  readonly loginTimeoutMs: number | null;
  /** How long a caller's end of the line may give no sign of life, before the caller is taken for lost. */
  readonly deadPeerTimeoutMs: number | null;
  /** How long one call may last. */
  readonly sessionLimitMs: number | null;
  /** How long callers may stay once a shutdown began; `null` waits for the last of them. */
  readonly shutdownGraceMs: number | null;
  /** Bytes a second that are read of one caller; the rest waits with them. */
  readonly inputRate: number | null;
  /** Bytes that may wait for a caller who doesn't read. */
  readonly outputLimitBytes: number;
}
