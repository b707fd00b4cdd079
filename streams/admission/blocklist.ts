import type { OperatorFunction } from 'rxjs';
import type { ConnectionAttempt } from '../types/admission.js';
import { refuse } from './refused.js';

/**
 * Refuses (`blocked`) connections from blocked addresses. Asks at each connection.
 *
 * @example
 * ```ts
 * import { BlockList } from 'node:net';
 * import type { ConnectionAttempt } from 'impulse-bbs';
 * import { blocklist } from 'impulse-bbs/streams';
 * import { fakeConnection } from 'impulse-bbs/testing';
 * import { NEVER, of } from 'rxjs';
 *
 * const nobody = new BlockList();
 * nobody.addSubnet('203.0.113.0', 24);
 * const call$ = of<ConnectionAttempt>(fakeConnection(NEVER, { address: '203.0.113.9' }));
 * call$.pipe(blocklist((address) => nobody.check(address))).subscribe(console.log);
 * ```
 */
export function blocklist(
  blocked: (address: string) => boolean,
): OperatorFunction<ConnectionAttempt, ConnectionAttempt> {
  return refuse(
    () =>
      ({ address }) =>
        blocked(address) ? { reason: 'blocked' } : null,
  );
}
