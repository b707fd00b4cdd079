import { NEVER } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { blocklist } from '../../../streams/admission/blocklist.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';

describe('blocklist', () => {
  const good = fakeConnection(NEVER, { address: '192.0.2.1' });
  const bad = fakeConnection(NEVER, { address: '203.0.113.9' });
  const refused = { verdict: 'refused', connection: bad, reason: 'full' } as const;
  const callers: Record<string, ConnectionAttempt> = { g: good, b: bad, r: refused };
  const verdicts: Record<string, ConnectionAttempt> = {
    ...callers,
    x: { verdict: 'refused', connection: bad, reason: 'blocked' },
  };

  it(
    'refuses blocked addresses, and passes all others and earlier refusals',
    marbles((m) => {
      const attempt$ = m.cold('-g-b-r-(gb)-|', callers);
      const rule = blocklist((address) => address.startsWith('203.'));
      m.expect(attempt$.pipe(rule)).toBeObservable('-g-x-r-(gx)-|', verdicts);
      m.expect(attempt$).toHaveSubscriptions('^-----------!');
    }),
  );

  it(
    'asks at each connection',
    marbles((m) => {
      let blocked = '';
      m.scheduler.schedule(() => {
        blocked = bad.address;
      }, 2);
      const rule = blocklist((address) => address === blocked);
      m.expect(m.cold('-b-b', callers).pipe(rule)).toBeObservable('-b-x', verdicts);
    }),
  );

  it(
    'is silent, completes and errors with its source, and unsubscribes it',
    marbles((m) => {
      const rule = blocklist(() => true);
      m.expect(m.cold<ConnectionAttempt>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<ConnectionAttempt>('--#').pipe(rule)).toBeObservable('--#');
      const attempt$ = m.cold<ConnectionAttempt>('-----');
      m.expect(attempt$.pipe(rule), '---!').toBeObservable('----');
      m.expect(attempt$).toHaveSubscriptions('^--!');
    }),
  );
});
