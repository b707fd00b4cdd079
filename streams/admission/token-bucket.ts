import type { Rate } from '../types/limits.js';

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
  const missingMs = msUntilToken(bucket, rate, now, cost);
  if (missingMs > 0) return missingMs;
  bucket.tokens = Math.max(0, tokensIn(bucket, rate, now) - Math.min(cost, rate.burst));
  bucket.filledAt = now;
  return 0;
}

/** In how many milliseconds there are enough tokens; 0 if there are now. Takes nothing. */
export function msUntilToken(bucket: TokenBucket, rate: Rate, now: number, cost = 1): number {
  const missing = Math.min(cost, rate.burst) - tokensIn(bucket, rate, now);
  return missing > HAIR ? Math.max(1, Math.ceil((missing * rate.perMs) / rate.count - HAIR)) : 0;
}

const tokensIn = (bucket: TokenBucket, { count, perMs, burst }: Rate, now: number) =>
  Math.min(burst, bucket.tokens + (now - bucket.filledAt) / (perMs / count));

/** Sums of fractions miss the whole number that they are by less than this. */
const HAIR = 1e-9;
