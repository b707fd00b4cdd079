import { type OperatorFunction, Subscriber } from 'rxjs';
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
    const lines = new Map<string, number>();
    const isFull = (network: string, tier: number) =>
      (lines.get(network) ?? 0) >=
      (limits.maxPerAddress ?? Number.POSITIVE_INFINITY) * (SHARES[tier] as number);
    return ({ address, closed$ }) => {
      const networks = networksOf(address);
      if (networks.some(isFull)) return { reason: 'address' };
      for (const network of networks) lines.set(network, (lines.get(network) ?? 0) + 1);
      const leaving = new ConnectionCounter(lines, address);
      try {
        closed$.subscribe(leaving);
      } catch (error) {
        leaving.complete();
        throw error;
      }
      return null;
    };
  }, trusted);
}

/** Counts a connection out. A class, since there is one per connection. */
class ConnectionCounter extends Subscriber<never> {
  readonly #lines: Map<string, number>;
  /** The networks are computed again at the end: a list per connection would cost memory. */
  readonly #address: string;

  constructor(lines: Map<string, number>, address: string) {
    super();
    this.#lines = lines;
    this.#address = address;
  }

  protected override _error(): void {
    // `closed$` failed, so the end can't be known. Count it out now.
    this._complete();
  }
  protected override _complete(): void {
    for (const network of networksOf(this.#address)) {
      const left = (this.#lines.get(network) as number) - 1;
      if (left > 0) this.#lines.set(network, left);
      else this.#lines.delete(network);
    }
    this.unsubscribe();
  }
}
