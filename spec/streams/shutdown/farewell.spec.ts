import { EMPTY, NEVER, type Observable } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import {
  type FakeConnection,
  type FakeConnectionOptions,
  fakeConnection,
} from '../../../lib/testing/fake-connection.js';
import { FLUSH_MS, farewells, REFUSE_MS } from '../../../streams/shutdown/farewell.js';
import { counting } from '../../support/counting.js';

/** A caller whose line is gone when `closed$` completes. */
function goneAfter(closed$: Observable<never>, options: FakeConnectionOptions = {}): FakeConnection {
  return Object.create(fakeConnection(NEVER, options), { closed$: { value: closed$ } });
}

const lingering = () => fakeConnection(NEVER, { lingers: true });
const SENT = { y: true, n: false };

describe('a farewell', () => {
  it(
    'writes the words on a line of their own and hangs up',
    marbles((m) => {
      const ann = fakeConnection(NEVER);
      m.expect(farewells(() => 1, m.scheduler)(ann, 'Goodbye!')).toBeObservable('(y|)', SENT);
      m.flush();
      expect(ann.screen).toBe('\nGoodbye!\n');
      expect(ann.calls[0]).toBe('close');
    }),
  );

  it(
    'writes nothing without words',
    marbles((m) => {
      const ann = fakeConnection(NEVER);
      m.expect(farewells(() => 1, m.scheduler)(ann, null)).toBeObservable('(y|)', SENT);
      m.flush();
      expect(ann.screen).toBe('');
      expect(ann.calls[0]).toBe('close');
    }),
  );

  it(
    'does nothing until it is subscribed',
    marbles((m) => {
      const ann = fakeConnection(NEVER);
      farewells(() => 1, m.scheduler)(ann, 'Goodbye!');
      expect(ann.screen).toBe('');
      expect(ann.calls).toEqual([]);
    }),
  );

  it(
    "tells a refused caller in the transport's own way, and leaves it time for a handshake",
    marbles((m) => {
      const told: unknown[] = [];
      const ann = Object.assign(lingering(), { refuse: (...about: unknown[]) => told.push(about) });
      const refused = { reason: 'full', retryInMs: 5 } as const;
      m.expect(farewells(() => 1, m.scheduler)(ann, 'Busy.', refused)).toBeObservable(
        `${REFUSE_MS}ms (y|)`,
        SENT,
      );
      m.flush();
      expect(told).toEqual([['\nBusy.\n', 'full', 5]]);
      expect(ann.screen).toBe('');
      expect(ann.calls).toEqual(['close', 'destroy']);
    }),
  );

  it(
    'writes the words for a refused caller of another transport, whose handshake is over',
    marbles((m) => {
      const ann = lingering();
      const refused = { reason: 'full' } as const;
      m.expect(farewells(() => 1, m.scheduler)(ann, 'Busy.', refused)).toBeObservable(
        `${FLUSH_MS}ms (y|)`,
        SENT,
      );
      m.flush();
      expect(ann.screen).toBe('\nBusy.\n');
    }),
  );

  it(
    'waits until the connection is gone',
    marbles((m) => {
      const closed = m.cold<never>('                           100ms |');
      const ann = goneAfter(closed);
      m.expect(farewells(() => 1, m.scheduler)(ann, 'Goodbye!')).toBeObservable('100ms (y|)', SENT);
      m.expect(closed).toHaveSubscriptions('                        ^ 99ms !');
    }),
  );

  it(
    'cuts a connection that takes longer than half a second, and reports that not all was sent',
    marbles((m) => {
      const closed = m.cold<never>('-');
      const bob = goneAfter(closed, { deaf: true });
      m.expect(farewells(() => 1, m.scheduler)(bob, 'Goodbye!')).toBeObservable('500ms (n|)', SENT);
      m.expect(closed).toHaveSubscriptions('^ 499ms !');
      m.scheduler.schedule(() => expect(bob.calls).toEqual(['close']), FLUSH_MS - 1);
      m.flush();
      expect(bob.calls).toEqual(['close', 'destroy']);
    }),
  );

  it(
    'cuts a connection that stays open after all was sent, too',
    marbles((m) => {
      const eve = lingering();
      m.expect(farewells(() => 1, m.scheduler)(eve, 'Goodbye!')).toBeObservable('500ms (y|)', SENT);
      m.flush();
      expect(eve.calls).toEqual(['close', 'destroy']);
    }),
  );

  it(
    'reports that not all was sent when the connection broke before',
    marbles((m) => {
      const bob = goneAfter(EMPTY, { deaf: true });
      m.expect(farewells(() => 1, m.scheduler)(bob, 'Goodbye!')).toBeObservable('(n|)', SENT);
    }),
  );

  it(
    'cuts the connection at once when unsubscribed',
    marbles((m) => {
      const closed = m.cold<never>('-');
      const eve = goneAfter(closed, { lingers: true });
      const unsub = '^ 99ms !';
      m.expect(farewells(() => 1, m.scheduler)(eve, 'Goodbye!'), unsub).toBeObservable('-', SENT);
      m.expect(closed).toHaveSubscriptions(unsub);
      m.scheduler.schedule(() => expect(eve.calls).toEqual(['close']), 99);
      m.scheduler.schedule(() => expect(eve.calls).toEqual(['close', 'destroy']), 101);
    }),
  );

  it(
    'waits for one more when one is gone, up to its maximum',
    marbles((m) => {
      const farewell = farewells(() => 2, m.scheduler);
      const leave = () => {
        const caller = lingering();
        return { caller, running: farewell(caller, 'Goodbye!').subscribe() };
      };
      const [first] = [leave(), leave()];
      first.running.unsubscribe();
      expect(leave().caller.calls).toEqual(['close']);
      expect(leave().caller.calls).toEqual(['close', 'destroy']);
      m.flush();
    }),
  );

  it(
    'leaves no timer behind',
    marbles((m) => {
      const clock = counting(m.scheduler);
      const farewell = farewells(() => 3, clock);
      farewell(goneAfter(m.cold<never>('10ms |')), 'Goodbye!').subscribe();
      farewell(lingering(), 'Goodbye!').subscribe();
      const left = farewell(lingering(), 'Goodbye!').subscribe();
      left.unsubscribe();
      m.flush();
      expect(clock.running).toBe(0);
    }),
  );

  describe('above the maximum', () => {
    it(
      "writes the words, but doesn't wait",
      marbles((m) => {
        const farewell = farewells(() => 1, m.scheduler);
        const [first, second] = [lingering(), fakeConnection(NEVER, { deaf: true })];
        m.expect(farewell(first, 'Goodbye!')).toBeObservable(' 500ms (y|)', SENT);
        m.expect(farewell(second, 'Goodbye!')).toBeObservable('(n|)', SENT);
        m.scheduler.schedule(() => {
          expect(second.screen).toBe('\nGoodbye!\n');
          expect(second.calls).toEqual(['close', 'destroy']);
          expect(first.calls).toEqual(['close']);
        }, 1);
      }),
    );

    it(
      'waits again when another farewell has ended',
      marbles((m) => {
        const farewell = farewells(() => 1, m.scheduler);
        m.expect(farewell(goneAfter(m.cold('100ms |')), null)).toBeObservable('100ms (y|)', SENT);
        m.expect(farewell(lingering(), null), '99ms ^').toBeObservable('       99ms (y|)', SENT);
        m.expect(farewell(lingering(), null), '101ms ^').toBeObservable('      101ms 500ms (y|)', SENT);
      }),
    );

    it(
      'waits again when another farewell was unsubscribed',
      marbles((m) => {
        const farewell = farewells(() => 1, m.scheduler);
        m.expect(farewell(lingering(), null), '^ 99ms !').toBeObservable('-', SENT);
        m.expect(farewell(lingering(), null), '101ms ^').toBeObservable(' 101ms 500ms (y|)', SENT);
      }),
    );
  });
});
