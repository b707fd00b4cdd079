import type { SchedulerLike } from 'rxjs';
import { recent } from '../rx/recent.js';
import type { Limits, Rate } from '../types/limits.js';
import { SHARES, sourceNetworks } from './source-networks.js';
import { fullBucket, msUntilToken, type TokenBucket, takeToken } from './token-bucket.js';

/** Sources that are remembered at most; those that were quiet longest make room, half of them at a time. */
export const MAX_SOURCES = 65_536;

/** What a source gets back at most: a monitor that looks in each second takes nothing of it, a flood does. */
const RETURNS: Rate = { count: 1, perMs: 1000, burst: 10 };

/** The allowance of each source, by the rate of connections per address. */
export interface AddressRates {
  /** Takes what a call costs. Returns 0, or in how many milliseconds there is enough; a refused call takes nothing. */
  take(address: string): number;
  /** Gives back what a call took, at most once a second for a source. */
  giveBack(address: string): void;
}

interface Allowance extends TokenBucket {
  /** What may still be given back; most sources never get anything back. */
  returns: TokenBucket | undefined;
}

/**
 * Keeps the allowances of sources, and of the IPv6 networks around them, which have a larger one ({@link SHARES}). The rate is
 * looked up at each call, so that it may change.
 */
export function addressRates(
  limits: Pick<Limits, 'connectionRatePerAddress'>,
  scheduler: SchedulerLike,
): AddressRates {
  const allowances = recent<string, Allowance>(MAX_SOURCES);
  // Four times the allowance is the same as a quarter of the price.
  const priceOf = (tier: number) => 1 / (SHARES[tier] as number);

  return {
    take(address) {
      const { connectionRatePerAddress: rate } = limits;
      if (!rate) return 0;
      const now = scheduler.now();
      const networks = sourceNetworks(address);
      const found = networks.map(
        (network): Allowance => allowances.get(network) ?? { ...fullBucket(rate, now), returns: undefined },
      );
      // The widest first: of a network that is at its limit no more sources are remembered.
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
      for (const [tier, network] of sourceNetworks(address).entries()) {
        const allowance = allowances.get(network);
        if (!allowance) continue;
        allowance.returns ??= fullBucket(RETURNS, now);
        if (takeToken(allowance.returns, RETURNS, now, priceOf(tier)) === 0)
          allowance.tokens += priceOf(tier);
      }
    },
  };
}
