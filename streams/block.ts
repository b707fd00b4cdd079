import type { OperatorFunction } from 'rxjs';
import { type Knock, refuse } from './refused.js';

/** Refuses (`blocked`) whoever calls from an address that is blocked, at the time of the call. */
export function block(blocked: (address: string) => boolean): OperatorFunction<Knock, Knock> {
  return refuse(
    () =>
      ({ address }) =>
        blocked(address) ? { reason: 'blocked' } : null,
  );
}
