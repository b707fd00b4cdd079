import type { Rate } from '../types/limits.js';

/** The allowance of one source. */
export interface TokenBucket {
  tokens: number;
  filledAt: number;
}

/** Creates a bucket filled to the rate's burst. */
export const fullBucket = (rate: Rate, now: number): TokenBucket => ({ tokens: rate.burst, filledAt: now });

/**
 * Takes `cost` tokens, at most a full bucket. Returns 0 if there were enough, otherwise the milliseconds
 * until there are. Then it takes nothing, so that repeated attempts don't extend the wait.
 */
export function takeToken(bucket: TokenBucket, rate: Rate, now: number, cost = 1): number {
  const missingMs = msUntilToken(bucket, rate, now, cost);
  if (missingMs > 0) return missingMs;
  bucket.tokens = Math.max(0, tokensIn(bucket, rate, now) - Math.min(cost, rate.burst));
  bucket.filledAt = now;
  return 0;
}

/** The milliseconds until there are enough tokens; 0 if there are now. Takes nothing. */
export function msUntilToken(bucket: TokenBucket, rate: Rate, now: number, cost = 1): number {
  const missing = Math.min(cost, rate.burst) - tokensIn(bucket, rate, now);
  return missing > HAIR ? Math.max(1, Math.ceil((missing * rate.perMs) / rate.count - HAIR)) : 0;
}

const tokensIn = (bucket: TokenBucket, { count, perMs, burst }: Rate, now: number) =>
  Math.min(burst, bucket.tokens + (now - bucket.filledAt) / (perMs / count));

/** The tolerance for floating-point sums. */
const HAIR = 1e-9;
