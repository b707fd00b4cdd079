import { identity, type Observable, type OperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import type { ConnectionAttempt } from '../types/admission.js';
import type { Limits } from '../types/limits.js';
import type { AddressRates } from './address-rates.js';
import { blocklist } from './blocklist.js';
import { humanGate } from './human-gate.js';
import type { Penalties } from './penalties.js';
import { perAddress } from './per-address.js';
import { refuse } from './refused.js';
import { throttleBy } from './throttle.js';

/** Who may connect, besides the limits. */
export interface AccessPolicy {
  /** Whether the address is blocked. */
  readonly blocked: (address: string) => boolean;
  /** Whether the address is trusted: never blocked or throttled, and may use the reserved nodes. */
  readonly trusted: (address: string) => boolean;
  /** Whether callers must show that they are human. */
  readonly gate: boolean;
  /** Returns a number from 0 up to 1, like `Math.random`. */
  readonly random: () => number;
}

/** All rules for connections, in order. The first one to refuse is the reason. */
export function accessControl(
  { blocked, trusted, gate }: AccessPolicy,
  limits: Limits,
  penalties: Penalties,
  rates: AddressRates,
  order$: Observable<unknown>,
  scheduler: SchedulerLike,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return pipe(
    blocklist((address) => blocked(address) && !trusted(address)),
    refuse(
      () =>
        ({ address }) =>
          penalty(limits.penalties ? penalties.remainingMs(address) : 0),
      trusted,
    ),
    throttleBy(rates, limits, scheduler, trusted),
    perAddress(limits, trusted),
    gate ? humanGate(order$, scheduler) : identity,
  );
}

const penalty = (retryInMs: number) => (retryInMs > 0 ? ({ reason: 'penalty', retryInMs } as const) : null);
