import { type OperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import { recent } from './recent.js';
import { type Knock, refuse } from './refused.js';
import { source } from './source.js';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.js';
import type { Limits, Rate } from './types.js';

/** Sources that are remembered at most; those that were quiet longest make room, half of them at a time. */
export const MAX_SOURCES = 65_536;

/**
 * Refuses connections that come too fast: from one source first (`address`), then from all of them together
 * (`rate`), so that one flooder spends nobody else's allowance. A rate of `null` is no limit. Rates are looked up
 * at each call, so that they may change; those from trusted addresses are neither refused nor counted. Of more than 65,536
 * sources the ones that were quiet longest are forgotten.
 *
 * @example
 * ```ts
 * import type { Knock } from 'impulse-bbs';
 * import { isRefused, throttle } from 'impulse-bbs/streams';
 * import { fakeConnection, inVirtualTime } from 'impulse-bbs/testing';
 * import { map, NEVER } from 'rxjs';
 *
 * const limits = { connectionRate: null, connectionRatePerAddress: { count: 1, perMs: 10, burst: 2 } };
 *
 * inVirtualTime((m) => {
 *   const call$ = m.hot<Knock>('aaa-------a', { a: fakeConnection(NEVER) });
 *   const welcome$ = call$.pipe(throttle(limits, m.scheduler), map((knock) => (isRefused(knock) ? '-' : '+')));
 *   m.expectObservable(welcome$).toBe('xxo-------x', { x: '+', o: '-' });
 * });
 * ```
 */
export function throttle(
  limits: Pick<Limits, 'connectionRate' | 'connectionRatePerAddress'>,
  scheduler: SchedulerLike,
  trusted: (address: string) => boolean = () => false,
): OperatorFunction<Knock, Knock> {
  return pipe(
    refuse(() => perAddress(limits, scheduler), trusted),
    refuse(() => altogether(limits, scheduler), trusted),
  );
}

type Rule = ReturnType<Parameters<typeof refuse>[0]>;

function altogether(limits: { readonly connectionRate: Rate | null }, scheduler: SchedulerLike): Rule {
  let bucket: TokenBucket | undefined;
  return () => {
    const { connectionRate: rate } = limits;
    if (!rate) return null;
    bucket ??= fullBucket(rate, scheduler.now());
    const retryInMs = takeToken(bucket, rate, scheduler.now());
    return retryInMs > 0 ? { reason: 'rate', retryInMs } : null;
  };
}

function perAddress(
  limits: { readonly connectionRatePerAddress: Rate | null },
  scheduler: SchedulerLike,
): Rule {
  const buckets = recent<string, TokenBucket>(MAX_SOURCES);
  return ({ address }) => {
    const { connectionRatePerAddress: rate } = limits;
    if (!rate) return null;
    const now = scheduler.now();
    const key = source(address);
    const bucket = buckets.get(key) ?? fullBucket(rate, now);
    buckets.set(key, bucket);
    const retryInMs = takeToken(bucket, rate, now);
    return retryInMs > 0 ? { reason: 'address', retryInMs } : null;
  };
}
