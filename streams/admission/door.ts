import { identity, type Observable, type OperatorFunction, pipe, type SchedulerLike } from 'rxjs';
import type { Knock } from '../types/admission.js';
import type { Limits } from '../types/limits.js';
import type { AddressRates } from './address-rates.js';
import { atOnce } from './at-once.js';
import { block } from './block.js';
import { humanGate } from './human-gate.js';
import type { Penalties } from './penalties.js';
import { refuse } from './refused.js';
import { throttleBy } from './throttle.js';

/** Who gets in, besides the limits. */
export interface DoorPolicy {
  /** Whether nobody may call from there. */
  readonly blocked: (address: string) => boolean;
  /** Whether those who call from there are known to be no harm: never blocked or throttled, and the reserved nodes are theirs. */
  readonly trusted: (address: string) => boolean;
  /** Whether callers are asked to show that they are people. */
  readonly gate: boolean;
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number;
}

/** The rules of the door, in the order in which a caller meets them. The first that refuses is the reason. */
export function door(
  { blocked, trusted, gate }: DoorPolicy,
  limits: Limits,
  penalties: Penalties,
  rates: AddressRates,
  order$: Observable<unknown>,
  scheduler: SchedulerLike,
): OperatorFunction<Knock, Knock> {
  return pipe(
    block((address) => blocked(address) && !trusted(address)),
    refuse(
      () =>
        ({ address }) =>
          penalty(limits.penalties ? penalties.remainingMs(address) : 0),
      trusted,
    ),
    throttleBy(rates, limits, scheduler, trusted),
    atOnce(limits, trusted),
    gate ? humanGate(order$, scheduler) : identity,
  );
}

const penalty = (retryInMs: number) => (retryInMs > 0 ? ({ reason: 'penalty', retryInMs } as const) : null);
