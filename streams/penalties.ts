import type { SchedulerLike } from 'rxjs';
import { recent } from './recent.js';
import { source } from './source.js';

/** What a caller can do wrong without being anybody yet. */
export type Offence = keyof typeof PENALTIES;

/**
 * How long an address is kept out for each, in milliseconds; they add up. After OpenSSH's PerSourcePenalties: leaving
 * without logging in happens to everybody, taking up a node until the login deadline is worse, three wrong passwords keep
 * one out at once, and nobody breaks the protocol by mistake.
 */
export const PENALTIES = {
  'no-login': 1_000,
  flood: 2_000,
  'login-timeout': 10_000,
  'login-failed': 15_000,
  protocol: 90_000,
} as const;

/** Less than this keeps nobody out: so much may happen to an honest caller. */
export const LEAST_PENALTY_MS = 15_000;
/** An address is kept out for no longer than this after its last offence. */
const MOST_PENALTY_MS = 600_000;
/** Sources that are remembered at most. */
export const MAX_OFFENDERS = 65_536;

interface Record {
  /** When all that was added has run off. */
  until: number;
  inForce: boolean;
}

/** Who did wrong, and for how long they are kept out. */
export interface Penalties {
  /** Adds an offence. Returns for how long the source is kept out, if it is from now on; 0 if not, or if it was before. */
  add(address: string, offence: Offence): number;
  /** For how many milliseconds callers from there are still kept out; 0 for none. */
  remainingMs(address: string): number;
}

/**
 * The penalties of a board, by source ({@link source}): they add up, run off with time, begin at
 * {@link LEAST_PENALTY_MS} and end at {@link MOST_PENALTY_MS}. Of more than {@link MAX_OFFENDERS} sources the older half
 * is forgotten: an attacker with that many addresses gets off lightly, and takes no memory for it.
 */
export function penalties(scheduler: SchedulerLike): Penalties {
  const records = recent<string, Record>(MAX_OFFENDERS);

  return {
    add(address, offence) {
      const now = scheduler.now();
      const key = source(address);
      const known = records.get(key);
      const record = known && known.until > now ? known : { until: now, inForce: false };
      record.until = Math.min(record.until + PENALTIES[offence], now + MOST_PENALTY_MS);
      records.set(key, record);
      if (record.inForce || record.until - now < LEAST_PENALTY_MS) return 0;
      record.inForce = true;
      return record.until - now;
    },
    remainingMs(address) {
      const record = records.get(source(address));
      return record?.inForce ? Math.max(0, record.until - scheduler.now()) : 0;
    },
  };
}
