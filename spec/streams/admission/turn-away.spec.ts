import { NEVER } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { turnAway } from '../../../streams/admission/turn-away.js';
import { farewells } from '../../../streams/shutdown/farewell.js';
import type { Refused } from '../../../streams/types/admission.js';

const REFUSED = { r: { type: 'connectionRefused', address: '192.0.2.1', reason: 'full' } as const };

const full = (connection = fakeConnection(NEVER)): Refused => ({
  verdict: 'refused',
  connection,
  reason: 'full',
});

describe('turnAway', () => {
  it(
    'reports the refusal at once, tells the caller why, and completes when the connection is gone',
    marbles((m) => {
      const farewell = m.cold<boolean>('                      ---(t|)', { t: true });
      const said: unknown[] = [];
      const refused = full();
      const event$ = turnAway(refused, 100, (...words) => {
        said.push(...words);
        return farewell;
      });
      m.expect(event$).toBeObservable('r--|', REFUSED);
      m.expect(farewell).toHaveSubscriptions('^--!');
      expect(said).toEqual([refused.connection, 'All 100 nodes are busy. Please call again later.', refused]);
    }),
  );

  it(
    'says when to try again, if the rule knows',
    marbles((m) => {
      const eve = fakeConnection(NEVER, { address: '192.0.2.9' });
      const refused: Refused = { verdict: 'refused', connection: eve, reason: 'address', retryInMs: 60_000 };
      const event = { type: 'connectionRefused', address: '192.0.2.9', reason: 'address' } as const;
      m.expect(
        turnAway(
          refused,
          100,
          farewells(() => 1, m.scheduler),
        ),
      ).toBeObservable('(r|)', { r: event });
      m.flush();
      expect(eve.screen).toBe('\nToo many calls from your address. Please call again in 1 minute.\n');
    }),
  );

  it(
    'does nothing until it is subscribed',
    marbles((m) => {
      const ann = fakeConnection(NEVER);
      turnAway(
        full(ann),
        100,
        farewells(() => 1, m.scheduler),
      );
      expect(ann.screen).toBe('');
      expect(ann.calls).toEqual([]);
    }),
  );

  it(
    'cuts the connection when unsubscribed',
    marbles((m) => {
      const eve = fakeConnection(NEVER, { lingers: true });
      const event$ = turnAway(
        full(eve),
        100,
        farewells(() => 1, m.scheduler),
      );
      m.expect(event$, '^ 99ms !').toBeObservable('r', REFUSED);
      m.flush();
      expect(eve.calls).toEqual(['close', 'destroy']);
    }),
  );
});
