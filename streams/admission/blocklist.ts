import type { OperatorFunction } from 'rxjs';
import type { Knock } from '../types/admission.js';
import { refuse } from './refused.js';

/**
 * Refuses (`blocked`) connections from blocked addresses. Asks at each connection.
 *
 * @example
 * ```ts
 * import { BlockList } from 'node:net';
 * import type { Knock } from 'impulse-bbs';
 * import { block } from 'impulse-bbs/streams';
 * import { fakeConnection } from 'impulse-bbs/testing';
 * import { NEVER, of } from 'rxjs';
 *
 * const nobody = new BlockList();
 * nobody.addSubnet('203.0.113.0', 24);
 * const call$ = of<Knock>(fakeConnection(NEVER, { address: '203.0.113.9' }));
 * call$.pipe(block((address) => nobody.check(address))).subscribe(console.log);
 * ```
 */
export function block(blocked: (address: string) => boolean): OperatorFunction<Knock, Knock> {
  return refuse(
    () =>
      ({ address }) =>
        blocked(address) ? { reason: 'blocked' } : null,
  );
}
