import type { OperatorFunction } from 'rxjs';
import { type Knock, refuse } from './refused.js';
import { source } from './source.js';
import type { Limits } from './types.js';

/**
 * Refuses (`address`) whoever calls while their source has `maxPerAddress` lines open already: in a session, at the
 * gate, in the waiting room, or hearing a goodbye. A line counts until it is gone for good. The limit is looked up
 * at each call, so that it may change; trusted addresses are neither refused nor counted.
 */
export function atOnce(
  limits: Pick<Limits, 'maxPerAddress'>,
  trusted: (address: string) => boolean,
): OperatorFunction<Knock, Knock> {
  return refuse(() => {
    const lines = new Map<string, number>();
    return ({ address, closed$ }) => {
      const key = source(address);
      const open = lines.get(key) ?? 0;
      if (open >= (limits.maxPerAddress ?? Number.POSITIVE_INFINITY)) return { reason: 'address' };
      lines.set(key, open + 1);
      closed$.subscribe({
        complete() {
          const left = (lines.get(key) ?? 1) - 1;
          if (left > 0) lines.set(key, left);
          else lines.delete(key);
        },
      });
      return null;
    };
  }, trusted);
}
