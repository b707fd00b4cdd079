import { defer, type OperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import type { ConnectionAttempt } from '../types/admission.js';
import type { Limits, Rate } from '../types/limits.js';
import { type AddressRates, addressRates } from './address-rates.js';
import { refuse } from './refused.js';
import { fullBucket, type TokenBucket, takeToken } from './token-bucket.js';

/**
 * Refuses connections above the rate: per source first (`address`), then altogether (`rate`), so that a
 * flooder doesn't use up the allowance of others. `null` means no limit. An IPv6 /56 has four times the rate
 * of a source, and a /48 sixteen times. Rates are read at each connection, so they may change. Trusted
 * addresses are neither refused nor counted. Above 65,536 sources the half unused longest is forgotten.
 *
 * @example
 * ```ts
 * import type { ConnectionAttempt } from 'impulse-bbs';
 * import { isRefused, throttle } from 'impulse-bbs/streams';
 * import { fakeConnection, inVirtualTime } from 'impulse-bbs/testing';
 * import { map, NEVER } from 'rxjs';
 *
 * const limits = { connectionRate: null, connectionRatePerAddress: { count: 1, perMs: 10, burst: 2 } };
 *
 * inVirtualTime((m) => {
 *   const call$ = m.hot<ConnectionAttempt>('aaa-------a', { a: fakeConnection(NEVER) });
 *   const welcome$ = call$.pipe(throttle(limits, m.scheduler), map((attempt) => (isRefused(attempt) ? '-' : '+')));
 *   m.expectObservable(welcome$).toBe('xxo-------x', { x: '+', o: '-' });
 * });
 * ```
 */
export function throttle(
  limits: Pick<Limits, 'connectionRate' | 'connectionRatePerAddress'>,
  scheduler: SchedulerLike,
  trusted: (address: string) => boolean = () => false,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return (attempt$) =>
    defer(() => attempt$.pipe(throttleBy(addressRates(limits, scheduler), limits, scheduler, trusted)));
}

/** {@link throttle} with shared buckets, so that others can refund tokens. */
export function throttleBy(
  rates: AddressRates,
  limits: Pick<Limits, 'connectionRate'>,
  scheduler: SchedulerLike,
  trusted: (address: string) => boolean,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return pipe(
    refuse(() => perAddress(rates), trusted),
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

function perAddress(rates: AddressRates): Rule {
  return ({ address }) => {
    const retryInMs = rates.take(address);
    return retryInMs > 0 ? { reason: 'address', retryInMs } : null;
  };
}
