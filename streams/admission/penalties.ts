import type { SchedulerLike } from 'rxjs';
import { recent } from '../rx/recent.js';
import type { Rate } from '../types/limits.js';
import { networksOf, SHARES } from './networks-of.js';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.js';

/** What a caller can do wrong before the login. */
export type Offence = keyof typeof PENALTIES;

/**
 * The penalty for each offence, in milliseconds; they add up. Modelled on OpenSSH's PerSourcePenalties.
 * Leaving without a login happens to everybody. Holding a node until the login deadline is worse. Three wrong
 * passwords are enough to be refused. A protocol violation is never a mistake.
 */
export const PENALTIES = {
  'no-login': 1_000,
  flood: 2_000,
  /** Connecting while penalised, faster than {@link ATTEMPTS}. */
  knocking: 2_000,
  'wrong-protocol': 10_000,
  'login-timeout': 10_000,
  'login-failed': 15_000,
  protocol: 90_000,
} as const;

/**
 * The penalty for each failed login, in addition to that for the session's end, so that hanging up before the
 * third attempt gains nothing.
 */
export const ATTEMPT_PENALTY_MS = 5_000;

/**
 * How often a penalised address may try again without a further penalty: other callers may share the address,
 * and don't know.
 */
const ATTEMPTS: Rate = { count: 1, perMs: 1000, burst: 5 };

/** The minimum for a penalty to take effect: an honest caller may get this much. */
export const LEAST_PENALTY_MS = 15_000;
/** The maximum penalty, counted from the last offence. */
const MAX_PENALTY_MS = 600_000;
/** The maximum number of networks remembered. */
export const MAX_OFFENDERS = 65_536;

interface Record {
  /** When all penalties have expired. */
  until: number;
  inForce: boolean;
  attempts: TokenBucket | undefined;
}

/** A network that is refused from now on. */
interface Penalty {
  /** An IPv4 address, or the /64, /56 or /48 of an IPv6 address. */
  readonly network: string;
  readonly forMs: number;
}

/** The penalties of each network. */
export interface Penalties {
  /** Adds an offence. Returns the networks that are newly refused because of it; usually none. */
  add(address: string, offence: Offence, ms?: number): readonly Penalty[];
  /** The milliseconds for which the address is still refused; 0 if it isn't. */
  remainingMs(address: string): number;
}

/**
 * Keeps the penalties of a board by source. They add up and expire with time. They take effect from
 * {@link LEAST_PENALTY_MS} and are capped at {@link MAX_PENALTY_MS}. An offence counts a quarter for an IPv6
 * /56 and a sixteenth for a /48 ({@link SHARES}). Above {@link MAX_OFFENDERS} networks the older half is
 * forgotten: an attacker with that many addresses gets off lightly, but can't exhaust the memory.
 */
export function penalties(scheduler: SchedulerLike): Penalties {
  const records = recent<string, Record>(MAX_OFFENDERS);

  const recordOf = (network: string, now: number): Record => {
    const known = records.get(network);
    const record = known && known.until > now ? known : { until: now, inForce: false, attempts: undefined };
    records.set(network, record);
    return record;
  };
  const isPatient = (record: Record, share: number, now: number) => {
    record.attempts ??= fullBucket(ATTEMPTS, now);
    return takeToken(record.attempts, ATTEMPTS, now, 1 / share) === 0;
  };

  return {
    add(address, offence, ms = PENALTIES[offence]) {
      const now = scheduler.now();
      const begun: Penalty[] = [];
      for (const [tier, network] of networksOf(address).entries()) {
        const share = SHARES[tier] as number;
        const record = recordOf(network, now);
        if (offence === 'knocking' && isPatient(record, share, now)) continue;
        record.until = Math.min(record.until + ms / share, now + MAX_PENALTY_MS);
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
      return Math.max(0, ...networksOf(address).map(left));
    },
  };
}
