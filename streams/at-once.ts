import { type OperatorFunction, Subscriber } from 'rxjs';
import { type Knock, refuse } from './refused.js';
import { source } from './source.js';
import type { Limits } from './types.js';

/**
 * Refuses (`address`) whoever calls while their source has `maxPerAddress` lines open already: in a session, at the
 * gate, in the waiting room, or hearing a goodbye. A line counts until it is gone for good. The limit is looked up
 * at each call, so that it may change; trusted addresses are neither refused nor counted.
 *
 * @example
 * ```ts
 * import { createSessionManager, lobby, type Knock } from 'impulse-bbs';
 * import { atOnce } from 'impulse-bbs/streams';
 * import { Subject } from 'rxjs';
 *
 * const calls = new Subject<Knock>();
 * const onLan = (address: string) => address.startsWith('192.168.');
 * const { run } = createSessionManager({ app: lobby() });
 * run(calls.pipe(atOnce({ maxPerAddress: 2 }, onLan))).subscribe((event) => console.log(event.type));
 * ```
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
      closed$.subscribe(new Leaving(lines, key));
      return null;
    };
  }, trusted);
}

/** Counts a line out. A class, since every line has one. */
class Leaving extends Subscriber<never> {
  readonly #lines: Map<string, number>;
  readonly #key: string;

  constructor(lines: Map<string, number>, key: string) {
    super();
    this.#lines = lines;
    this.#key = key;
  }

  protected override _complete(): void {
    const left = (this.#lines.get(this.#key) as number) - 1;
    if (left > 0) this.#lines.set(this.#key, left);
    else this.#lines.delete(this.#key);
    this.unsubscribe();
  }
}
