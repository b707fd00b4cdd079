import type { Rate } from './types.js';

/** One source's allowance. */
export interface TokenBucket {
  tokens: number;
  filledAt: number;
}

/** A bucket filled to the rate's burst. */
export const fullBucket = (rate: Rate, now: number): TokenBucket => ({ tokens: rate.burst, filledAt: now });

/**
 * Takes a token, or as many as something costs that is worth more; never more than a full bucket holds. Returns 0 if
 * there were enough, or else in how many milliseconds there will be; a refused caller takes nothing, so that knocking
 * doesn't keep the door shut.
 */
export function takeToken(bucket: TokenBucket, rate: Rate, now: number, cost = 1): number {
  const price = Math.min(cost, rate.burst);
  const perToken = rate.perMs / rate.count;
  const tokens = Math.min(rate.burst, bucket.tokens + (now - bucket.filledAt) / perToken);
  if (tokens < price - HAIR) return Math.max(1, Math.ceil((price - tokens) * perToken - HAIR));
  bucket.tokens = Math.max(0, tokens - price);
  bucket.filledAt = now;
  return 0;
}

/** Sums of fractions miss the whole number that they are by less than this. */
const HAIR = 1e-9;
