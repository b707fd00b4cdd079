import type { OperatorFunction } from 'rxjs';
import type { ConnectionAttempt } from '../types/admission.js';
import type { Limits } from '../types/limits.js';
import { networksOf, SHARES } from './networks-of.js';
import { refuse } from './refused.js';

/**
 * Refuses (`address`) a connection while its source has `maxPerAddress` connections open: in a session, at
 * the gate, in the waiting room or in a farewell. An IPv6 /56 may have four times as many, and a /48 sixteen
 * times. A connection counts until it is closed. The limit is read at each connection, so it may change.
 * Trusted addresses are neither refused nor counted.
 *
 * @example
 * ```ts
 * import { createSessionManager, lobby, type ConnectionAttempt } from 'impulse-bbs';
 * import { perAddress } from 'impulse-bbs/streams';
 * import { Subject } from 'rxjs';
 *
 * const calls = new Subject<ConnectionAttempt>();
 * const onLan = (address: string) => address.startsWith('192.168.');
 * const { run } = createSessionManager({ app: lobby() });
 * run(calls.pipe(perAddress({ maxPerAddress: 2 }, onLan))).subscribe((event) => console.log(event.type));
 * ```
 */
export function perAddress(
  limits: Pick<Limits, 'maxPerAddress'>,
  trusted: (address: string) => boolean,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return refuse(() => {
    const counts = new Map<string, number>();
    const isFull = (network: string, tier: number) =>
      (counts.get(network) ?? 0) >=
      (limits.maxPerAddress ?? Number.POSITIVE_INFINITY) * (SHARES[tier] as number);
    return ({ address, closed$ }) => {
      const networks = networksOf(address);
      if (networks.some(isFull)) return { reason: 'address' };
      for (const network of networks) counts.set(network, (counts.get(network) ?? 0) + 1);
      const countOut = () => {
        // Computed again: a list of networks per connection would cost memory.
        for (const network of networksOf(address)) {
          const left = (counts.get(network) as number) - 1;
          if (left > 0) counts.set(network, left);
          else counts.delete(network);
        }
      };
      try {
        // If `closed$` fails, the end can't be known, and the connection is counted out now.
        closed$.subscribe({ error: countOut, complete: countOut });
      } catch (error) {
        countOut();
        throw error;
      }
      return null;
    };
  }, trusted);
}
