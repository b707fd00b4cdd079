import fc from 'fast-check';
import { concat, from, NEVER, of, Subject, take, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import {
  type ConnectionsRefused,
  SHOWN,
  SILENT_WINDOW_MS,
  summarise,
  WINDOW_MS,
} from '../../../streams/events/summarise.js';
import type { ConnectionRefused, ServerEvent } from '../../../streams/types/events.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { counting } from '../../support/counting.js';

const refused = (reason: RefusalReason): ConnectionRefused => ({
  type: 'connectionRefused',
  address: '192.0.2.1',
  reason,
});

/** Refusals because the board is `f`ull or of the address's rate (`a`); a caller who got in (`o`). */
const EVENTS = {
  f: refused('full'),
  a: refused('address'),
  o: { type: 'sessionOpened', session: 1, callId: 'b0a2d-1', node: 1, address: '192.0.2.2' },
} satisfies Record<string, ServerEvent>;

const summed = (reason: RefusalReason, count: number, inMs = WINDOW_MS): ConnectionsRefused => ({
  type: 'connectionsRefused',
  reason,
  count,
  inMs,
});

const REASONS: readonly RefusalReason[] = [
  'full',
  'rate',
  'address',
  'blocked',
  'penalty',
  'draining',
  'gate',
  'proxy',
];

describe('summarise', () => {
  it(
    'is silent without events',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('-');
      m.expect(event$.pipe(summarise(m.scheduler)), '10m !').toBeObservable('-');
      m.expect(event$).toHaveSubscriptions('                 ^ 599999ms !');
    }),
  );

  it(
    'completes with an empty source',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('---|');
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable('---|');
      m.expect(event$).toHaveSubscriptions('                ^--!');
    }),
  );

  it(
    'passes everything but refusals at once, without a timer',
    marbles((m) => {
      const clock = counting(m.scheduler);
      const event$ = m.cold<ServerEvent>('o-(oooooooooooo)|', EVENTS);
      const expected = '     o-(oooooooooooo)|';
      m.expect(event$.pipe(summarise(clock))).toBeObservable(expected, EVENTS);
      m.flush();
      expect(clock.started).toBe(0);
    }),
  );

  it(
    'passes a single refusal, and emits no summary',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('-f 20s |', EVENTS);
      const expected = '     -f 20s |';
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, EVENTS);
      m.expect(event$).toHaveSubscriptions('^- 20s !');
    }),
  );

  it(
    'passes the first ten refusals of a window and counts the rest',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('(ffffffffffff) 20s      |', EVENTS);
      const expected = '     (ffffffffff) 9988ms s 10013ms |';
      const values = { ...EVENTS, s: summed('full', 2) };
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
      m.expect(event$).toHaveSubscriptions('^ 20013ms !');
    }),
  );

  it(
    'summarises each reason, in the order of their first refusal',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('(ffffffffffafa) 20s |', EVENTS);
      const expected = '     (ffffffffff) 9988ms (st) 10011ms |';
      const values = { ...EVENTS, s: summed('address', 2), t: summed('full', 1) };
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
    }),
  );

  it(
    'passes other events during a flood',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('(ffffffffff)fffof 9983ms --|', EVENTS);
      const expected = '     (ffffffffff)---o- 9983ms s-|';
      const values = { ...EVENTS, s: summed('full', 4) };
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
    }),
  );

  it(
    'passes ten again in the next window, which starts at the next refusal',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('(fffffffffff) 1m (aaaaaaaaaaa) 1m |', EVENTS);
      const expected = '     (ffffffffff) 9988ms s 50012ms (aaaaaaaaaa) 9988ms t 50012ms |';
      const values = { ...EVENTS, s: summed('full', 1), t: summed('address', 1) };
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
    }),
  );

  it(
    'emits no summary for a window in which everything was passed',
    marbles((m) => {
      const event$ = m.cold<ServerEvent>('(fffffffff) 1m (ffffffffff) 1m |', EVENTS);
      const expected = '     (fffffffff) 1m (ffffffffff) 1m |';
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, EVENTS);
    }),
  );

  it(
    'emits the pending summary before it completes, with its duration',
    marbles((m) => {
      const clock = counting(m.scheduler);
      const event$ = m.cold<ServerEvent>('(fffffffffffa) 985ms |   ', EVENTS);
      const expected = '     (ffffffffff) 987ms  (st|)';
      const values = { ...EVENTS, s: summed('full', 1, 999), t: summed('address', 1, 999) };
      m.expect(event$.pipe(summarise(clock))).toBeObservable(expected, values);
      m.expect(event$).toHaveSubscriptions('^ 998ms !');
      let running = -1;
      m.scheduler.schedule(() => {
        running = clock.running;
      }, 1000);
      m.flush();
      expect(running).toBe(0);
    }),
  );

  it(
    'passes an error on and leaves no timer behind',
    marbles((m) => {
      const clock = counting(m.scheduler);
      const event$ = m.cold<ServerEvent>('-(fffffffffff)#', EVENTS);
      const expected = '     -(ffffffffff)-#';
      m.expect(event$.pipe(summarise(clock))).toBeObservable(expected, EVENTS);
      m.expect(event$).toHaveSubscriptions('^-------------!');
      let running = -1;
      m.scheduler.schedule(() => {
        running = clock.running;
      }, 15);
      m.flush();
      expect(running).toBe(0);
    }),
  );

  it(
    'leaves no timer behind when unsubscribed',
    marbles((m) => {
      const clock = counting(m.scheduler);
      const event$ = m.cold<ServerEvent>('-(fffffffffff) 20s |', EVENTS);
      const expected = '     -(ffffffffff)--';
      const unsub = '        ^--------------!';
      m.expect(event$.pipe(summarise(clock)), unsub).toBeObservable(expected, EVENTS);
      m.expect(event$).toHaveSubscriptions(unsub);
      let running = -1;
      m.scheduler.schedule(() => {
        running = clock.running;
      }, 16);
      m.flush();
      expect(running).toBe(0);
    }),
  );

  it(
    'summarises refusals with different details separately',
    marbles((m) => {
      const values = {
        n: { ...refused('proxy'), detail: 'no header' } as ConnectionRefused,
        t: { ...refused('proxy'), detail: 'timeout' } as ConnectionRefused,
        s: { ...summed('proxy', 2), detail: 'no header' } as ConnectionsRefused,
        u: { ...summed('proxy', 1), detail: 'timeout' } as ConnectionsRefused,
      };
      const { n, t } = values;
      const event$ = m.cold<ServerEvent>('(nnnnnnnnnnnnt) 20s |', { n, t });
      const expected = '     (nnnnnnnnnn) 9988ms (su) 10011ms |';
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
    }),
  );

  it('passes ten failed logins, and counts the others', () => {
    const failed = (attempt: number): ServerEvent => ({
      type: 'loginAttemptFailed',
      session: attempt,
      node: 1,
      address: '192.0.2.1',
      handle: 'ann',
      attempt,
    });
    const scheduler = new VirtualTimeScheduler();
    const shown: unknown[] = [];
    concat(from(Array.from({ length: 25 }, (_, index) => failed(index))), NEVER)
      .pipe(summarise(scheduler))
      .subscribe((event) => shown.push(event));
    expect(shown.length).toBe(10);
    scheduler.flush();
    expect(shown.slice(10)).toEqual([{ type: 'loginAttemptsFailed', count: 15, inMs: WINDOW_MS }]);
  });

  it(
    'passes the first unchecked login in ten seconds, and summarises the others',
    marbles((m) => {
      const error = new Error('EMFILE');
      const closing = { type: 'sessionClosing', session: 1, node: 1, reason: 'login-failed' } as const;
      const values = {
        e: { ...closing, error },
        w: closing,
        s: { type: 'loginsUnchecked', error, count: 2, inMs: WINDOW_MS },
      } as const;
      const { e, w } = values;
      const event$ = m.cold<ServerEvent>('ewewe 20s e|', { e, w });
      const expected = '                  ew-w- 9995ms s 10004ms e|';
      m.expect(event$.pipe(summarise(m.scheduler))).toBeObservable(expected, values);
      m.expect(event$).toHaveSubscriptions('^---- 20s -!');
    }),
  );

  describe('of silent connections', () => {
    const opened = (session: number, address = '192.0.2.1') =>
      ({ type: 'sessionOpened', session, callId: `b0a2d-${session}`, node: 1, address }) as const;
    const closing = (session: number) =>
      ({ type: 'sessionClosing', session, node: 1, reason: 'hangup' }) as const;
    const closed = (session: number, bytesIn = 0, address = '192.0.2.1') =>
      ({
        type: 'sessionClosed',
        session,
        callId: `b0a2d-${session}`,
        node: 1,
        address,
        reason: 'hangup',
        bytesIn,
        bytesOut: 300,
        durationMs: 1,
        flushed: true,
      }) as const;
    const visit = (session: number) => [opened(session), closing(session), closed(session)];

    /** The output for these events, and for those after a window has ended. */
    function summary(...events: ServerEvent[]) {
      const scheduler = new VirtualTimeScheduler();
      const source = new Subject<ServerEvent>();
      const shown: unknown[] = [];
      source.pipe(summarise(scheduler)).subscribe((event) => shown.push(event));
      for (const event of events) source.next(event);
      const atOnce = shown.splice(0);
      scheduler.flush();
      return { atOnce, later: shown, scheduler };
    }

    it('passes the first of a source, and counts the others for ten minutes', () => {
      const visits = Array.from({ length: 600 }, (_, index) => visit(index + 1)).flat();
      const { atOnce, later, scheduler } = summary(...visits);
      expect(atOnce).toEqual(visit(1));
      expect(later).toEqual([
        { type: 'silentConnectionsClosed', address: '192.0.2.1', count: 599, inMs: SILENT_WINDOW_MS },
      ]);
      expect(scheduler.frame).toBe(SILENT_WINDOW_MS);
    });

    it('passes the end of each whose start it passed, when they come at once', () => {
      const ids = [1, 2, 3];
      const events = [...ids.map((id) => opened(id)), ...ids.map(closing), ...ids.map((id) => closed(id))];
      const { atOnce, later } = summary(...events);
      expect(atOnce).toEqual(events);
      expect(later).toEqual([]);
    });

    it('counts those at the gate and in the waiting room too', () => {
      const gate = { ...refused('gate'), detail: 'silent' } as const;
      const waiting = { ...closed(7), node: 0 };
      const { atOnce, later } = summary(gate, gate, waiting);
      expect(atOnce).toEqual([gate]);
      expect(later).toEqual([jasmine.objectContaining({ count: 2 })]);
    });

    it('loses no event of a caller from that source who sends something', () => {
      const ann = { type: 'sessionAuthenticated', session: 2, node: 1, handle: 'ann' } as const;
      const events = [...visit(1), opened(2), ann, closing(2), closed(2, 90)];
      expect(summary(...events).atOnce).toEqual(events);
      const quiet = [...visit(1), opened(2), closing(2), closed(2, 5)];
      expect(summary(...quiet).atOnce).toEqual(quiet);
    });

    it('holds back no events of other sources', () => {
      const events = [...visit(1), opened(2, '192.0.2.2')];
      expect(summary(...events).atOnce).toEqual(events);
    });

    it('emits what it holds back and has counted before it completes', () => {
      const shown: unknown[] = [];
      from<ServerEvent[]>([...visit(1), ...visit(2), opened(3)])
        .pipe(summarise(new VirtualTimeScheduler()))
        .subscribe((event) => shown.push(event));
      expect(shown.slice(3)).toEqual([
        opened(3),
        { type: 'silentConnectionsClosed', address: '192.0.2.1', count: 1, inMs: 0 },
      ]);
    });
  });

  it('sets one timer per window, and none after it was unsubscribed', () => {
    const clock = counting(new VirtualTimeScheduler());
    const event$ = new Subject<ServerEvent>();
    const subscription = event$.pipe(summarise(clock)).subscribe();
    for (let i = 0; i < 100; i += 1) event$.next(refused('full'));
    expect([clock.started, clock.running]).toEqual([1, 1]);
    subscription.unsubscribe();
    expect(clock.running).toBe(0);
  });

  it('sets no timer for a source that emits after the unsubscription', () => {
    const clock = counting(new VirtualTimeScheduler());
    const event$ = concat(of<ServerEvent[]>(EVENTS.o, EVENTS.f), NEVER);
    event$.pipe(summarise(clock), take(1)).subscribe();
    expect(clock.running).toBe(0);
  });

  it('turns a burst of 10,000 into ten events and one per reason, and loses none', () => {
    const tenThousand = fc.array(fc.constantFrom(...REASONS), { minLength: 10_000, maxLength: 10_000 });
    fc.assert(
      fc.property(tenThousand, (reasons) => {
        const shown: unknown[] = [];
        let count = 0;
        from(reasons.map(refused))
          .pipe(summarise(new VirtualTimeScheduler()))
          .subscribe((event) => {
            shown.push(event);
            count += event.type === 'connectionsRefused' ? event.count : 1;
          });
        expect(shown.length).toBeLessThanOrEqual(SHOWN + REASONS.length);
        expect(count).toBe(10_000);
      }),
      { numRuns: 5 },
    );
  });
});
