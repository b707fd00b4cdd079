import type { SchedulerLike } from 'rxjs';
import { recent } from '../rx/recent.js';
import type { Rate } from '../types/limits.js';
import { SHARES, sourceNetworks } from './source-networks.js';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.js';

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
  /** Calls while one is kept out, as far as they come faster than {@link KNOCKS}. */
  knocking: 2_000,
  'wrong-protocol': 10_000,
  'login-timeout': 10_000,
  'login-failed': 15_000,
  protocol: 90_000,
} as const;

/** What each try to log in costs as it fails, beside what the end of the call costs: hanging up before the third changes nothing. */
export const ATTEMPT_PENALTY_MS = 5_000;

/** How often somebody who is kept out may try again for nothing: others share the address, and don't know of it. */
const KNOCKS: Rate = { count: 1, perMs: 1000, burst: 5 };

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
  knocks: TokenBucket | undefined;
}

/** A network that is kept out from now on. */
interface Penalty {
  /** An IPv4 address, or the /64, /56 or /48 of an IPv6 address. */
  readonly network: string;
  readonly forMs: number;
}

/** Who did wrong, and for how long they are kept out. */
export interface Penalties {
  /** Adds an offence. Returns what is kept out from now on for it, and wasn't before; nearly always nothing. */
  add(address: string, offence: Offence, ms?: number): readonly Penalty[];
  /** For how many milliseconds callers from there are still kept out; 0 for none. */
  remainingMs(address: string): number;
}

/**
 * The penalties of a board, by source: they add up, run off with time, begin at {@link LEAST_PENALTY_MS} and end at
 * {@link MOST_PENALTY_MS}. Each offence counts a quarter for an IPv6 /56 and a sixteenth for a /48 ({@link SHARES}). Of more
 * than {@link MAX_OFFENDERS} networks the older half is forgotten: an attacker with that many addresses gets off lightly, and takes
 * no memory for it.
 */
export function penalties(scheduler: SchedulerLike): Penalties {
  const records = recent<string, Record>(MAX_OFFENDERS);

  const recordOf = (network: string, now: number): Record => {
    const known = records.get(network);
    const record = known && known.until > now ? known : { until: now, inForce: false, knocks: undefined };
    records.set(network, record);
    return record;
  };
  const isPatient = (record: Record, share: number, now: number) => {
    record.knocks ??= fullBucket(KNOCKS, now);
    return takeToken(record.knocks, KNOCKS, now, 1 / share) === 0;
  };

  return {
    add(address, offence, ms = PENALTIES[offence]) {
      const now = scheduler.now();
      const begun: Penalty[] = [];
      for (const [tier, network] of sourceNetworks(address).entries()) {
        const share = SHARES[tier] as number;
        const record = recordOf(network, now);
        if (offence === 'knocking' && isPatient(record, share, now)) continue;
        record.until = Math.min(record.until + ms / share, now + MOST_PENALTY_MS);
        if (record.inForce || record.until - now < LEAST_PENALTY_MS) continue;
        record.inForce = true;
        begun.push({ network, forMs: Math.ceil(record.until - now) });
      }
      return begun;
    },
    remainingMs(address) {
      const now = scheduler.now();
      const left = (network: string) => {
        const record = records.get(network);
        return record?.inForce ? Math.ceil(record.until - now) : 0;
      };
      return Math.max(0, ...sourceNetworks(address).map(left));
    },
  };
}
