import { type OperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import { type Knock, refuse } from './refused.js';
import { source } from './source.js';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.js';
import type { Limits, Rate } from './types.js';

/** Sources that are remembered at most; those that were quiet longest make room, half of them at a time. */
export const MAX_SOURCES = 65_536;

/**
 * Refuses connections that come too fast: from one source first (`address`), then from all of them together
 * (`rate`), so that one flooder spends nobody else's allowance. A rate of `null` is no limit.
 */
export function throttle(
  limits: Pick<Limits, 'connectionRate' | 'connectionRatePerAddress'>,
  scheduler: SchedulerLike,
): OperatorFunction<Knock, Knock> {
  const { connectionRate, connectionRatePerAddress } = limits;
  return pipe(perAddress(connectionRatePerAddress, scheduler), altogether(connectionRate, scheduler));
}

function altogether(rate: Rate | null, scheduler: SchedulerLike): OperatorFunction<Knock, Knock> {
  return refuse(() => {
    if (!rate) return () => null;
    const bucket = fullBucket(rate, scheduler.now());
    return () => {
      const retryInMs = takeToken(bucket, rate, scheduler.now());
      return retryInMs > 0 ? { reason: 'rate', retryInMs } : null;
    };
  });
}

function perAddress(rate: Rate | null, scheduler: SchedulerLike): OperatorFunction<Knock, Knock> {
  return refuse(() => {
    if (!rate) return () => null;
    // Two generations, since finding the oldest key of one big Map takes V8 longer the more were deleted.
    let recent = new Map<string, TokenBucket>();
    let older = recent;
    return ({ address }) => {
      const now = scheduler.now();
      const key = source(address);
      const bucket = recent.get(key) ?? older.get(key) ?? fullBucket(rate, now);
      recent.set(key, bucket);
      if (recent.size >= MAX_SOURCES / 2) {
        older = recent;
        recent = new Map();
      }
      const retryInMs = takeToken(bucket, rate, now);
      return retryInMs > 0 ? { reason: 'address', retryInMs } : null;
    };
  });
}
