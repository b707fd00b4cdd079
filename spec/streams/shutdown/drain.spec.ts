import { EMPTY, NEVER, type Observable, of, Subject } from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { SLICE } from '../../../streams/rx/in-slices.js';
import { type Drainable, drain, type ShutdownOrder } from '../../../streams/shutdown/drain.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { EndReason, SessionId, SessionState } from '../../../streams/types/session.js';

/** Orders: `o` to shut down, `p` again, `f` by force. */
const orders = {
  o: { reason: 'SIGTERM', force: false },
  p: { reason: 'SIGTERM again', force: false },
  f: { reason: 'SIGINT', force: true },
};

const closed = (reason: EndReason, { flushed = true, node = 1 } = {}): ServerEvent => ({
  type: 'sessionClosed',
  session: 1,
  callId: 'b0a2d-1',
  node,
  address: '192.0.2.1',
  reason,
  bytesIn: 0,
  bytesOut: 0,
  durationMs: 0,
  flushed,
});
const draining = (sessions: number, graceMs: number | null = 10_000, reason = 'SIGTERM'): ServerEvent => ({
  type: 'serverDraining',
  reason,
  sessions,
  graceMs,
});
const over = (drained: number, forced: number, durationMs: number, reason = 'SIGTERM'): ServerEvent => ({
  type: 'serverClosed',
  reason,
  drained,
  forced,
  durationMs,
});

/** Sessions in these states, by id from 1, which record in one diary what is done to them. */
function callers(m: Context, ...states: SessionState[]) {
  const diary: string[] = [];
  const calls = new Map<SessionId, Drainable>(
    states.map((state, index) => [
      index + 1,
      {
        state,
        announce: (text) => diary.push(`${m.scheduler.now()} ${index + 1} reads ${JSON.stringify(text)}`),
        end: (reason) => diary.push(`${m.scheduler.now()} ${index + 1} ends: ${reason}`),
      },
    ]),
  );
  return { calls, diary };
}

const nobody = new Map<SessionId, Drainable>();

describe('drain', () => {
  describe('without an order', () => {
    const values = { x: closed('hangup'), y: closed('idle'), z: over(0, 0, 4, 'finished') };

    it(
      'passes every event on, and emits the outcome when the source completes',
      marbles((m) => {
        const event$ = m.cold('                                     -x-y|', values);
        const order$ = m.cold<ShutdownOrder>('                      ------');
        const expected = '                                          -x-y(z|)';
        m.expect(event$.pipe(drain(order$, nobody, 10_000, m.scheduler))).toBeObservable(expected, values);
        m.expect(event$).toHaveSubscriptions('                      ^---!');
        m.expect(order$).toHaveSubscriptions(['                     ^---!', '^---!']);
      }),
    );

    it(
      'emits the outcome for an empty source too',
      marbles((m) => {
        const event$ = m.cold<ServerEvent>('|');
        m.expect(event$.pipe(drain(NEVER, nobody, 10_000, m.scheduler))).toBeObservable('(z|)', {
          z: over(0, 0, 0, 'finished'),
        });
      }),
    );

    it(
      'is silent with a silent source, and unsubscribes everything when unsubscribed',
      marbles((m) => {
        const event$ = m.cold<ServerEvent>('                        -----');
        const order$ = m.cold<ShutdownOrder>('                      -----');
        const drained$ = event$.pipe(drain(order$, nobody, 10_000, m.scheduler));
        m.expect(drained$, '                                        ----!').toBeObservable('-----');
        m.expect(event$).toHaveSubscriptions('                      ^---!');
        m.expect(order$).toHaveSubscriptions(['                     ^---!', '^---!']);
      }),
    );

    it(
      'passes an error on',
      marbles((m) => {
        const event$ = m.cold('                                     -x#', values);
        const order$ = m.cold<ShutdownOrder>('                      ---');
        m.expect(event$.pipe(drain(order$, nobody, 10_000, m.scheduler))).toBeObservable('-x#', values);
        m.expect(order$).toHaveSubscriptions(['                     ^-!', '^-!']);
      }),
    );

    it(
      'continues when the orders complete',
      marbles((m) => {
        const event$ = m.cold('                                     -x-y|', values);
        const drained$ = event$.pipe(drain(EMPTY, nobody, 10_000, m.scheduler));
        m.expect(drained$).toBeObservable('                         -x-y(z|)', values);
      }),
    );
  });

  describe('an order', () => {
    it(
      'ends waiting and logging-in sessions at once, so that none is let in meanwhile, and the rest in slices',
      marbles((m) => {
        const states = [
          ...Array<SessionState>(SLICE + 1).fill('active'),
          'waiting',
          'authenticating',
        ] as const;
        const { calls, diary } = callers(m, ...states);
        const order = new Subject<ShutdownOrder>();
        NEVER.pipe(drain(order, calls, null, m.scheduler)).subscribe();
        order.next({ reason: 'test', force: false });
        expect(diary.filter((entry) => entry.includes('ends')).length).toBe(2);
        expect(diary.filter((entry) => entry.includes('reads')).length).toBe(SLICE);
        m.scheduler.maxFrames = 10;
        m.flush();
        expect(diary.filter((entry) => entry.includes('reads')).length).toBe(SLICE + 1);
      }),
    );

    it(
      'ends waiting and logging-in sessions, tells the others, and ends them after the grace period',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active', 'authenticating', 'connected', 'waiting', 'active');
        const order$ = m.hot('        -o-        ', orders);
        const event$ = m.hot('        -- 10s x(y|)', { x: closed('shutdown'), y: closed('shutdown') });
        const expected = '            -d 10s x(yz|)';
        m.expect(event$.pipe(drain(order$, calls, 10_000, m.scheduler))).toBeObservable(expected, {
          d: draining(4),
          x: closed('shutdown'),
          y: closed('shutdown'),
          z: over(2, 0, 10_002),
        });
        m.flush();
        const words = '"The board goes down in 10 seconds. Please finish what you are doing."';
        expect(diary).toEqual([
          '1 4 ends: shutdown',
          '1 3 ends: shutdown',
          '1 2 ends: shutdown',
          `1 5 reads ${words}`,
          `1 1 reads ${words}`,
          '10001 4 ends: shutdown',
          '10001 3 ends: shutdown',
          '10001 2 ends: shutdown',
          '10001 5 ends: shutdown',
          '10001 1 ends: shutdown',
        ]);
      }),
    );

    it(
      'completes as soon as all connections are gone',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active');
        const order$ = m.hot('                     -o-----', orders);
        const event$ = m.hot('                     ---x|', { x: closed('app-done') });
        m.expect(event$.pipe(drain(order$, calls, 10_000, m.scheduler))).toBeObservable('-d-x(z|)', {
          d: draining(1),
          x: closed('app-done'),
          z: over(1, 0, 3),
        });
        m.expect(order$).toHaveSubscriptions(['    ^!', '^---!']);
        m.expect(event$).toHaveSubscriptions('     ^---!');
        m.flush();
        expect(diary.filter((entry) => entry.includes('ends'))).toEqual([]);
      }),
    );

    it(
      'waits for the last caller without a grace period',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active', 'authenticating');
        const order$ = m.hot('              o- ', orders);
        const event$ = m.hot('              -- 180m (x|)', { x: closed('app-done') });
        m.expect(event$.pipe(drain(order$, calls, null, m.scheduler))).toBeObservable('d- 180m (xz|)', {
          d: draining(2, null),
          x: closed('app-done'),
          z: over(1, 0, 180 * 60_000 + 2),
        });
        m.flush();
        expect(diary).toEqual([
          '0 2 ends: shutdown',
          '0 1 reads "The board goes down when the last caller has left. Please finish what you are doing."',
        ]);
      }),
    );

    it(
      'sets no timer without a grace period',
      marbles((m) => {
        const schedule = spyOn(m.scheduler, 'schedule').and.callThrough();
        const order$ = new Subject<ShutdownOrder>();
        NEVER.pipe(drain(order$, nobody, null, m.scheduler)).subscribe();
        order$.next(orders.o);
        expect(schedule).not.toHaveBeenCalled();
      }),
    );

    it(
      'is reported before any session is ended',
      marbles((m) => {
        const told: string[] = [];
        const end = (reason: EndReason) => told.push(reason);
        const { calls } = callers(m, 'authenticating');
        for (const call of calls.values()) call.end = end;
        const order$ = new Subject<ShutdownOrder>();
        NEVER.pipe(drain(order$, calls, 10_000, m.scheduler)).subscribe(({ type }) => told.push(type));
        order$.next(orders.o);
        expect(told).toEqual(['serverDraining', 'shutdown']);
      }),
    );

    it(
      'given before the first caller takes effect at once',
      marbles((m) => {
        m.expect(EMPTY.pipe(drain(of(orders.o), nobody, 10_000, m.scheduler))).toBeObservable('(dz|)', {
          d: draining(0),
          z: over(0, 0, 0),
        });
      }),
    );

    it(
      'counts neither waiting nor closing sessions',
      marbles((m) => {
        const { calls } = callers(m, 'waiting', 'closing', 'active', 'connected');
        const drained$ = NEVER.pipe(drain(m.hot('o', orders), calls, null, m.scheduler));
        m.expect(drained$, '---!').toBeObservable('d', { d: draining(2, null) });
      }),
    );

    it(
      'takes effect once: a second one without force changes nothing',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active');
        const order$ = m.hot('             o 4s p 9s -', orders);
        const event$ = m.hot('             -- 10s (x|)', { x: closed('shutdown') });
        m.expect(event$.pipe(drain(order$, calls, 10_000, m.scheduler))).toBeObservable('d- 10s (xz|)', {
          d: draining(1),
          x: closed('shutdown'),
          z: over(1, 0, 10_002),
        });
        m.flush();
        expect(diary.length).toBe(2);
        expect(diary[1]).toBe('10000 1 ends: shutdown');
      }),
    );

    it(
      'cancels the grace period when unsubscribed',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active');
        const drained$ = NEVER.pipe(drain(m.hot('o', orders), calls, 10_000, m.scheduler));
        m.expect(drained$, '5s !').toBeObservable('d', { d: draining(1) });
        m.flush();
        expect(diary.length).toBe(1);
        expect(m.scheduler.now()).toBe(5000);
      }),
    );
  });

  describe('force', () => {
    it(
      'cuts off all sessions during the grace period',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active', 'closing');
        const order$ = m.hot('             o 2s f 9s -', orders);
        const event$ = m.hot('             -- 2s (x|)', { x: closed('forced') });
        m.expect(event$.pipe(drain(order$, calls, 10_000, m.scheduler))).toBeObservable('d- 2s (xz|)', {
          d: draining(1),
          x: closed('forced'),
          z: over(0, 1, 2002),
        });
        m.flush();
        expect(diary.slice(2)).toEqual(['2001 2 ends: forced', '2001 1 ends: forced']);
      }),
    );

    it(
      'cuts off all sessions at once when it comes first',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active', 'authenticating', 'waiting');
        const event$ = m.hot('                      --(x|)', { x: closed('forced') });
        const drained$ = event$.pipe(drain(m.hot('  -f', orders), calls, 10_000, m.scheduler));
        m.expect(drained$).toBeObservable('         -d(xz|)', {
          d: draining(2, 10_000, 'SIGINT'),
          x: closed('forced'),
          z: over(0, 1, 1, 'SIGINT'),
        });
        m.flush();
        expect(diary).toEqual(['1 3 ends: forced', '1 2 ends: forced', '1 1 ends: forced']);
      }),
    );

    it(
      'ends an unlimited grace period',
      marbles((m) => {
        const { calls, diary } = callers(m, 'active');
        const drained$ = NEVER.pipe(drain(m.hot('o 60m f', orders), calls, null, m.scheduler));
        m.expect(drained$, '120m !').toBeObservable('d', { d: draining(1, null) });
        m.flush();
        expect(diary.at(-1)).toBe('3600001 1 ends: forced');
      }),
    );
  });

  describe('the counts', () => {
    /** The last event of a drain in which these sessions close. */
    const counts = (
      m: Context,
      before: ServerEvent[],
      after: ServerEvent[],
    ): Partial<ServerEvent> | undefined => {
      const [event$, order$] = [new Subject<ServerEvent>(), new Subject<ShutdownOrder>()];
      let last: ServerEvent | undefined;
      (event$ as Observable<ServerEvent>)
        .pipe(drain(order$, nobody, null, m.scheduler))
        .subscribe((event) => {
          last = event;
        });
      for (const event of before) event$.next(event);
      order$.next(orders.o);
      for (const event of after) event$.next(event);
      event$.complete();
      return last;
    };

    it(
      'distinguish sessions whose output was sent from those cut off',
      marbles((m) => {
        const after = [
          closed('shutdown'),
          closed('app-done'),
          closed('hangup'),
          closed('shutdown', { flushed: false }),
          closed('forced'),
        ];
        expect(counts(m, [], after)).toEqual(over(3, 2, 0));
      }),
    );

    it(
      'ignore sessions that closed before, and those that only waited',
      marbles((m) => {
        const waiter = closed('shutdown', { node: 0 });
        expect(counts(m, [closed('idle'), closed('kicked')], [waiter, closed('shutdown')])).toEqual(
          over(1, 0, 0),
        );
      }),
    );

    it(
      'start anew with each subscription',
      marbles((m) => {
        const event$ = m.cold('                                    -(x|)', { x: closed('shutdown') });
        const drained$ = event$.pipe(drain(of(orders.o), nobody, null, m.scheduler));
        const values = { d: draining(0, null), x: closed('shutdown'), z: over(1, 0, 1) };
        m.expect(drained$).toBeObservable('                        d(xz|)', values);
        m.expect(drained$).toBeObservable('                        d(xz|)', values);
      }),
    );
  });
});
