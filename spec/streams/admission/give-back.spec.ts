import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { giveBack } from '../../../streams/admission/give-back.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';

const refused = (reason: RefusalReason, more: object = {}): ServerEvent => ({
  type: 'connectionRefused',
  address: reason,
  reason,
  ...more,
});
const closed = (address: string, bytesIn: number): ServerEvent => ({
  type: 'sessionClosed',
  session: 1,
  callId: 'b0a2d-1',
  node: 1,
  address,
  reason: 'hangup',
  bytesIn,
  bytesOut: 0,
  durationMs: 5,
  flushed: true,
});

describe('giveBack', () => {
  it(
    'is silent, completes and errors with its source, and unsubscribes it',
    marbles((m) => {
      const rule = giveBack({ giveBack() {} });
      m.expect(m.cold<ServerEvent>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<ServerEvent>('--#').pipe(rule)).toBeObservable('--#');
      const event$ = m.cold<ServerEvent>('-----');
      m.expect(event$.pipe(rule), '---!').toBeObservable('----');
      m.expect(event$).toHaveSubscriptions('^--!');
    }),
  );

  it(
    'refunds a connection that got or wanted nothing, and passes every event on',
    marbles((m) => {
      const events: Record<string, ServerEvent> = {
        a: refused('full'),
        b: refused('rate'),
        c: refused('address'),
        d: refused('gate'),
        e: refused('gate', { address: 'silent', detail: 'silent' }),
        f: closed('monitor', 0),
        g: closed('caller', 20),
        h: { type: 'serverListening', host: '::', port: 23 },
      };
      const given: string[] = [];
      const event$ = m.cold('abcdefgh|', events);
      const given$ = event$.pipe(giveBack({ giveBack: (address) => given.push(address) }));
      m.expect(given$).toBeObservable('abcdefgh|', events);
      m.expect(event$).toHaveSubscriptions('^-------!');
      m.flush();
      expect(given).toEqual(['full', 'rate', 'silent', 'monitor']);
    }),
  );
});
