import type { SchedulerLike } from 'rxjs';
import { recent } from '../rx/recent.js';
import type { Limits, Rate } from '../types/limits.js';
import { networksOf, SHARES } from './networks-of.js';
import { fullBucket, msUntilToken, type TokenBucket, takeToken } from './token-bucket.js';

/** The maximum number of networks remembered. Above it the half unused longest is forgotten. */
export const MAX_SOURCES = 65_536;

/**
 * The maximum rate of refunds per source. A monitor that connects every second is fully refunded; a flood
 * isn't.
 */
const RETURNS: Rate = { count: 1, perMs: 1000, burst: 10 };

/** A token bucket per source, for the rate of connections per address. */
export interface AddressRates {
  /**
   * Takes one connection's tokens. Returns 0, or the milliseconds until there are enough; then it takes
   * nothing.
   */
  take(address: string): number;
  /** Refunds one connection, at most once a second per source. */
  giveBack(address: string): void;
}

interface Allowance extends TokenBucket {
  /** Limits the refunds; undefined until the first one. */
  returns: TokenBucket | undefined;
}

/**
 * Keeps a token bucket per source, and larger ones for the surrounding IPv6 networks ({@link SHARES}). Reads
 * the rate at each call, so it may change.
 */
export function addressRates(
  limits: Pick<Limits, 'connectionRatePerAddress'>,
  scheduler: SchedulerLike,
): AddressRates {
  const allowances = recent<string, Allowance>(MAX_SOURCES);
  // Four times the tokens equal a quarter of the price.
  const priceOf = (tier: number) => 1 / (SHARES[tier] as number);

  return {
    take(address) {
      const { connectionRatePerAddress: rate } = limits;
      if (!rate) return 0;
      const now = scheduler.now();
      const networks = networksOf(address);
      const found = networks.map(
        (network): Allowance => allowances.get(network) ?? { ...fullBucket(rate, now), returns: undefined },
      );
      // The widest first, so that a network at its limit adds no more sources.
      for (let tier = found.length - 1; tier >= 0; tier -= 1) {
        const allowance = found[tier] as Allowance;
        allowances.set(networks[tier] as string, allowance);
        const retryInMs = msUntilToken(allowance, rate, now, priceOf(tier));
        if (retryInMs > 0) return retryInMs;
      }
      for (const [tier, allowance] of found.entries()) takeToken(allowance, rate, now, priceOf(tier));
      return 0;
    },
    giveBack(address) {
      const now = scheduler.now();
      for (const [tier, network] of networksOf(address).entries()) {
        const allowance = allowances.get(network);
        if (!allowance) continue;
        allowance.returns ??= fullBucket(RETURNS, now);
        if (takeToken(allowance.returns, RETURNS, now, priceOf(tier)) === 0)
          allowance.tokens += priceOf(tier);
      }
    },
  };
}
