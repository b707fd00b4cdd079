import { NEVER } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { block } from '../../../streams/admission/blocklist.js';
import type { Knock } from '../../../streams/types/admission.js';

describe('block', () => {
  const good = fakeConnection(NEVER, { address: '192.0.2.1' });
  const bad = fakeConnection(NEVER, { address: '203.0.113.9' });
  const refused = { verdict: 'refused', connection: bad, reason: 'full' } as const;
  const callers: Record<string, Knock> = { g: good, b: bad, r: refused };
  const verdicts: Record<string, Knock> = {
    ...callers,
    x: { verdict: 'refused', connection: bad, reason: 'blocked' },
  };

  it(
    'refuses blocked addresses, and passes all others and earlier refusals',
    marbles((m) => {
      const knock$ = m.cold('-g-b-r-(gb)-|', callers);
      const rule = block((address) => address.startsWith('203.'));
      m.expect(knock$.pipe(rule)).toBeObservable('-g-x-r-(gx)-|', verdicts);
      m.expect(knock$).toHaveSubscriptions('^-----------!');
    }),
  );

  it(
    'asks at each connection',
    marbles((m) => {
      let blocked = '';
      m.scheduler.schedule(() => {
        blocked = bad.address;
      }, 2);
      const rule = block((address) => address === blocked);
      m.expect(m.cold('-b-b', callers).pipe(rule)).toBeObservable('-b-x', verdicts);
    }),
  );

  it(
    'is silent, completes and errors with its source, and unsubscribes it',
    marbles((m) => {
      const rule = block(() => true);
      m.expect(m.cold<Knock>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<Knock>('--#').pipe(rule)).toBeObservable('--#');
      const knock$ = m.cold<Knock>('-----');
      m.expect(knock$.pipe(rule), '---!').toBeObservable('----');
      m.expect(knock$).toHaveSubscriptions('^--!');
    }),
  );
});
