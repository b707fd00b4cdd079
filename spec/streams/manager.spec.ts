import {
  concat,
  endWith,
  from,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  share,
  take,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { fakeConnection } from '../../lib/testing/fake-connection.js';
import { embeddedBus } from '../../streams/events/bus.js';
import { type ManagerParts, manager, tickMs } from '../../streams/manager.js';
import { handleIndex } from '../../streams/session/index-handles.js';
import type { ShutdownOrder } from '../../streams/shutdown/drain.js';
import { FLUSH_MS } from '../../streams/shutdown/farewell.js';
import type { Connection } from '../../streams/types/connection.js';
import type { ServerEvent } from '../../streams/types/events.js';
import type { Limits } from '../../streams/types/limits.js';
import { SessionEnd } from '../../streams/types/session-end.js';
import { NO_LIMITS } from '../support/limits.js';
import { PLAIN_SCREEN } from '../support/plain-screen.js';

const OFF: Limits = { ...NO_LIMITS, maxSessions: 2, waitingRoom: 0, shutdownGraceMs: 10_000 };

/** A board whose app greets, echoes lines, and completes at `bye`; the first line is the handle. */
function parts(
  m: Context,
  limits: Partial<Limits> = {},
  order$: Observable<ShutdownOrder> = NEVER,
): ManagerParts {
  return {
    app: (session) =>
      concat(
        of(`hi ${session.user?.handle}\n`),
        session.line$.pipe(
          takeWhile((line) => line !== 'bye'),
          map((line) => `${line}\n`),
        ),
      ),
    authenticate: (session) => session.ask('who? ').pipe(map((handle) => ({ handle }))),
    limits: { ...OFF, ...limits },
    bus: embeddedBus(),
    changed$: NEVER,
    policy: { blocked: () => false, trusted: () => false, gate: false, random: () => 0.5 },
    screen: PLAIN_SCREEN,
    maxConnections: Number.POSITIVE_INFINITY,
    maxFarewells: () => Number.POSITIVE_INFINITY,
    scheduler: m.scheduler,
    dateOf: (at) => new Date(at),
    boardId: 'b0a2d',
    report$: NEVER,
    order$,
    calls: new Map(),
    sessions: new Map(),
    handles: handleIndex({ folded: (handle) => handle, looksOf: (handle) => [handle] }),
  };
}

/** An event as one word: `opened 1`, `closed 1 idle`, `refused full`. */
function word(event: ServerEvent): string {
  switch (event.type) {
    case 'connectionRefused':
      return `refused ${event.reason}`;
    case 'sessionWaiting':
      return `waiting ${event.session} at ${event.position}`;
    case 'sessionAuthenticated':
      return `authenticated ${event.session} ${event.handle}`;
    case 'sessionWarned':
      return `warned ${event.session} ${event.reason}`;
    case 'sessionOpened':
      return `opened ${event.session} on ${event.node}`;
    case 'sessionClosing':
      return `closing ${event.session} ${event.reason}`;
    case 'sessionClosed':
      return `closed ${event.session}`;
    case 'serverDraining':
      return `draining ${event.sessions}`;
    case 'serverClosed':
      return `over, ${event.drained} drained, ${event.forced} forced`;
    default:
      return event.type;
  }
}

/** What happened, each with the second in which it did: `0s opened 1 on 1`. */
function diary(m: Context, event$: Observable<ServerEvent>): string[] {
  const entries: string[] = [];
  event$.subscribe((event) => entries.push(`${Math.floor(m.scheduler.now() / 1000)}s ${word(event)}`));
  m.flush();
  return entries;
}

describe('board', () => {
  it(
    'runs a whole evening: callers connect, log in, are refused, time out, leave, and are ended by a shutdown',
    marbles((m) => {
      const order = m.cold<ShutdownOrder>('30m o', { o: { reason: 'SIGTERM', force: false } });
      const ann = fakeConnection(
        m.cold('1s a 1s b 1s c 4m d -', { a: 'ann\r', b: 'one\r', c: 'two\r', d: 'bye\r' }),
      );
      const bob = fakeConnection(m.cold('1s a -', { a: 'bob\r' }));
      const eve = fakeConnection(NEVER);
      const dan = fakeConnection(m.cold('1s a -', { a: 'dan\r' }));
      const mia = fakeConnection(m.cold('1s a 5m b 5m b -', { a: 'mia\r', b: 'still here\r' }));
      const tom = fakeConnection(m.cold('1s a 9s |', { a: 'tom\r' }));
      const caller$ = m.hot<Connection>('a 999ms b 999ms e 5m d 14m 59s (tm) -', {
        a: ann,
        b: bob,
        e: eve,
        d: dan,
        t: tom,
        m: mia,
      });
      const limits = { idleTimeoutMs: 600_000, idleWarningMs: 60_000, loginTimeoutMs: 60_000 };

      const entries = diary(m, caller$.pipe(manager(parts(m, limits, order))));

      expect(entries).toEqual([
        '0s opened 1 on 1',
        '1s opened 2 on 2',
        '1s authenticated 1 ann',
        '2s refused full',
        '2s authenticated 2 bob',
        '243s closing 1 app-done',
        '243s closed 1',
        '302s opened 3 on 1',
        '303s authenticated 3 dan',
        '542s warned 2 idle',
        '602s closing 2 idle',
        '602s closed 2',
        '844s warned 3 idle',
        '904s closing 3 idle',
        '904s closed 3',
        '1201s opened 4 on 1',
        '1201s opened 5 on 2',
        '1202s authenticated 4 tom',
        '1202s authenticated 5 mia',
        '1211s closing 4 hangup',
        '1211s closed 4',
        '1800s draining 1',
        '1810s closing 5 shutdown',
        '1810s closed 5',
        '1810s over, 1 drained, 0 forced',
      ]);
      expect(ann.screen).toBe('who? hi ann\none\ntwo\n');
      expect(eve.screen).toBe('\nAll 2 nodes are busy. Please call again later.\n');
      expect(bob.screen).toContain('Still there? Press Enter, or your session ends in 1 minute.');
      expect(bob.screen).toMatch(/You were quiet for too long. Goodbye!\n$/);
      expect(mia.screen).toContain('The board goes down in 10 seconds.');
      expect(mia.screen).toMatch(/The board is going down. Goodbye!\n$/);
      m.expect(caller$).toHaveSubscriptions('^ 1799999ms !');
      m.expect(order).toHaveSubscriptions(['^ 1799999ms !', '^ 1799999ms !', '^ 1809999ms !', '2s (^!)']);
    }),
  );

  it(
    'completes when its source has and the last session has ended',
    marbles((m) => {
      const ann = fakeConnection(m.cold('1s |'));
      const caller$ = m.cold<Connection>('a|', { a: ann });
      expect(diary(m, caller$.pipe(manager(parts(m))))).toEqual([
        '0s opened 1 on 1',
        '1s closing 1 hangup',
        '1s closed 1',
        '1s over, 0 drained, 0 forced',
      ]);
    }),
  );

  it(
    'cuts all connections and forgets all sessions when unsubscribed',
    marbles((m) => {
      const typing = m.cold<string>('-');
      const [ann, bob, eve] = [fakeConnection(typing), fakeConnection(typing), fakeConnection(typing)];
      const caller$ = m.hot<Connection>('(abe)', { a: ann, b: bob, e: eve });
      const board$ = parts(m, { waitingRoom: 1 });
      const running = caller$.pipe(manager(board$)).subscribe();
      m.scheduler.schedule(() => running.unsubscribe(), 5);
      m.flush();

      m.expect(caller$).toHaveSubscriptions('^----!');
      for (const caller of [ann, bob, eve]) expect(caller.calls).toContain('destroy');
      expect([...board$.calls.keys(), ...board$.sessions.keys()]).toEqual([]);
    }),
  );

  it(
    'refuses callers above the rate before they take a node',
    marbles((m) => {
      const caller$ = m.hot<Connection>('(aab) 595ms a -', {
        a: fakeConnection(NEVER, { address: '192.0.2.1' }),
        b: fakeConnection(NEVER, { address: '192.0.2.2' }),
      });
      const limits = { maxSessions: 9, connectionRatePerAddress: { count: 1, perMs: 600, burst: 1 } };
      const running = caller$.pipe(manager(parts(m, limits)), takeUntil(m.cold('1s |').pipe(endWith(0))));

      expect(diary(m, running)).toEqual([
        '0s opened 1 on 1',
        '0s refused address',
        '0s opened 2 on 2',
        '0s opened 3 on 3',
      ]);
    }),
  );

  it(
    'refuses an address that committed offences',
    marbles((m) => {
      const breaks = throwError(() => new SessionEnd('protocol'));
      const caller$ = m.cold<Connection>('a 1s b|', { a: fakeConnection(breaks), b: fakeConnection(NEVER) });
      expect(diary(m, caller$.pipe(manager(parts(m, { penalties: true }))))).toEqual([
        '0s opened 1 on 1',
        '0s closing 1 protocol',
        '0s closed 1',
        '0s addressPenalised',
        '1s refused penalty',
        '1s over, 0 drained, 0 forced',
      ]);
    }),
  );

  it(
    'allows a farewell for each node and 1,024 more at once, and cuts later ones',
    marbles((m) => {
      const inside = [fakeConnection(NEVER), fakeConnection(NEVER)];
      const refused = Array.from({ length: 1027 }, () => fakeConnection(NEVER, { lingers: true }));
      const running = concat(of(...inside, ...refused), NEVER)
        .pipe(manager(parts(m)))
        .subscribe();

      expect(refused.findIndex(({ calls }) => calls.includes('destroy'))).toBe(1026);
      running.unsubscribe();
    }),
  );

  it(
    'lists the sessions, up to date at each event',
    marbles((m) => {
      const caller$ = m.hot<Connection>('ab', {
        a: fakeConnection(m.cold('--a--|', { a: 'ann\r' })),
        b: fakeConnection(m.cold('---|')),
      });
      const board$ = parts(m);
      const heard: string[] = [];
      caller$.pipe(manager(board$), takeUntil(m.cold('20ms |').pipe(endWith(0)))).subscribe((event) => {
        const online = [...board$.sessions.values()].map(({ id, state }) => `${id} ${state}`);
        heard.push(`${word(event)}: ${online.join(', ')}`);
      });
      m.flush();

      expect(heard).toEqual([
        'opened 1 on 1: 1 connected',
        'opened 2 on 2: 1 authenticating, 2 connected',
        'authenticated 1 ann: 1 active, 2 authenticating',
        'closing 2 hangup: 1 active',
        'closed 2: 1 active',
        'closing 1 hangup: ',
        'closed 1: ',
      ]);
    }),
  );

  it(
    'delivers events in order to all listeners, even if one ends a session at its opening',
    marbles((m) => {
      const board$ = parts(m);
      const caller$ = m.hot<Connection>('a', { a: fakeConnection(NEVER) });
      const event$ = caller$.pipe(manager(board$), takeUntil(m.cold('20ms |').pipe(endWith(0))), share());
      event$.subscribe(
        (event) => event.type === 'sessionOpened' && board$.calls.get(event.session)?.end('kicked'),
      );

      expect(diary(m, event$)).toEqual(['0s opened 1 on 1', '0s closing 1 kicked', '0s closed 1']);
    }),
  );

  it(
    'cuts refused connections in their farewell too when forced',
    marbles((m) => {
      const order$ = m.hot<ShutdownOrder>('-----f', { f: { reason: 'SIGINT', force: true } });
      const refused = fakeConnection(NEVER, { lingers: true });
      const caller$ = m.hot<Connection>('r', { r: refused });
      m.expect(caller$.pipe(manager(parts(m, { maxSessions: 0 }, order$)), map(word))).toBeObservable(
        'a----(bc|)',
        {
          a: 'refused full',
          b: 'draining 0',
          c: 'over, 0 drained, 0 forced',
        },
      );
      m.flush();
      expect(refused.calls).toEqual(['close', 'destroy']);
    }),
  );

  it(
    'lets refused callers read why during a graceful shutdown',
    marbles((m) => {
      const order$ = m.hot<ShutdownOrder>('-----o', { o: { reason: 'SIGTERM', force: false } });
      const caller$ = m.hot<Connection>('r', { r: fakeConnection(NEVER, { lingers: true }) });
      m.expect(caller$.pipe(manager(parts(m, { maxSessions: 0 }, order$)), map(word))).toBeObservable(
        `a----b ${FLUSH_MS - 6}ms (c|)`,
        { a: 'refused full', b: 'draining 0', c: 'over, 0 drained, 0 forced' },
      );
    }),
  );

  it(
    'forgets a caller who vanished, and gives the node to the next',
    marbles((m) => {
      const gone = fakeConnection(m.cold('1s a -', { a: 'ann\r' }), { answers: true });
      const next = fakeConnection(m.cold('1s a 58s |', { a: 'bob\r' }));
      const board$ = parts(m, { maxSessions: 1, deadPeerTimeoutMs: 64_000 });
      const caller$ = m.cold<Connection>('a 89999ms b|', { a: gone, b: next });
      const entries = diary(m, caller$.pipe(manager(board$)));

      const lost = entries.find((entry) => entry.endsWith('closing 1 lost')) ?? 'never lost';
      const [second] = /^\d+/.exec(lost) ?? [];
      expect(Number(second)).toBeGreaterThanOrEqual(1 + 64);
      expect(Number(second)).toBeLessThanOrEqual(1 + 64 + 64 / 4 + 1);
      expect(entries.slice(-6)).toEqual([
        `${second}s closed 1`,
        '90s opened 2 on 1',
        '91s authenticated 2 bob',
        '149s closing 2 hangup',
        '149s closed 2',
        '149s over, 0 drained, 0 forced',
      ]);
      expect(gone.screen).withContext('nobody says goodbye to a dead line').toBe('who? hi ann\n');
      expect(gone.calls.filter((call) => call === 'probe')).toEqual(['probe']);
      expect(board$.sessions.size).toBe(0);
    }),
  );

  it('checks its deadlines every second, or four times in the shortest', () => {
    expect(tickMs(OFF)).toBe(1000);
    expect(tickMs({ ...OFF, idleTimeoutMs: 600_000 })).toBe(1000);
    expect(tickMs({ ...OFF, idleTimeoutMs: 2000, sessionLimitMs: 60_000 })).toBe(500);
    expect(tickMs({ ...OFF, deadPeerTimeoutMs: 1000, sessionLimitMs: 60_000 })).toBe(250);
  });

  describe('when its limits have changed', () => {
    /** A board whose limits are changed after a second. */
    const changing = (m: Context, limits: Partial<Limits>, changed: Partial<Limits>) => {
      const before = parts(m, limits);
      const changed$ = m.cold('1s a').pipe(tap(() => Object.assign(before.limits, changed)));
      return { ...before, changed$: changed$.pipe(share()) };
    };

    it(
      'checks the deadlines of later sessions as often as they need',
      marbles((m) => {
        const [ann, bob] = [fakeConnection(NEVER), fakeConnection(NEVER)];
        const board$ = changing(m, { sessionLimitMs: 20_000 }, { sessionLimitMs: 200 });
        const caller$ = m.cold<Connection>('a 2s b', { a: ann, b: bob });
        const ends: number[] = [];
        caller$.pipe(manager(board$), take(6)).subscribe(({ type }) => {
          if (type === 'sessionClosing') ends.push(m.scheduler.now());
        });
        m.flush();

        expect(ends).toEqual([2001 + 200, 20_000]);
      }),
    );

    it(
      'allows farewells for the new number of nodes',
      marbles((m) => {
        const few = 1024;
        const many = Array.from({ length: few + 2 }, () =>
          fakeConnection(of('bye\rbye\r'), { lingers: true }),
        );
        const board$ = changing(m, { maxSessions: 1 }, { maxSessions: few + 2 });
        const caller$ = timer(2000, m.scheduler).pipe(mergeMap(() => many));
        const left: boolean[] = [];
        caller$.pipe(manager(board$)).subscribe((event) => {
          if (event.type === 'sessionClosed') left.push(m.scheduler.now() === 2000);
        });
        m.flush();

        expect(left.length).toBe(few + 2);
        expect(left.filter((atOnce) => atOnce)).toEqual([]);
      }),
    );

    it(
      'allows no more farewells than the process has room for',
      marbles((m) => {
        const many = Array.from({ length: 5 }, () => fakeConnection(of('bye\rbye\r'), { lingers: true }));
        const left: boolean[] = [];
        const board$ = { ...parts(m, { maxSessions: 5 }), maxFarewells: () => 2 };
        timer(2000, m.scheduler)
          .pipe(
            mergeMap(() => many),
            manager(board$),
          )
          .subscribe((event) => {
            if (event.type === 'sessionClosed') left.push(m.scheduler.now() === 2000);
          });
        m.flush();

        expect(left).toEqual([true, true, true, false, false]);
      }),
    );

    it(
      'runs no more connections at once than there are file descriptors',
      marbles((m) => {
        const many = Array.from({ length: 3 }, (_, index) =>
          fakeConnection(timer(index + 1, m.scheduler).pipe(map(() => '\x04'))),
        );
        const opened: number[] = [];
        from(many)
          .pipe(manager({ ...parts(m, { maxSessions: 5 }), maxConnections: 2 }))
          .subscribe((event) => {
            if (event.type === 'sessionOpened') opened.push(m.scheduler.now());
          });
        m.flush();

        expect(opened.slice(0, 2)).toEqual([0, 0]);
        expect(opened[2]).toBeGreaterThan(0);
      }),
    );

    it(
      'ignores changes once unsubscribed or completed',
      marbles((m) => {
        const changed$ = m.cold('-');
        const board$ = { ...parts(m), changed$ };
        m.expect(m.cold<Connection>('-----').pipe(manager(board$)), '--!').toBeObservable('---');
        m.expect(m.cold<Connection>('---|').pipe(manager(board$), map(word))).toBeObservable('---(a|)', {
          a: 'over, 0 drained, 0 forced',
        });
        m.expect(changed$).toHaveSubscriptions(['^-!', '^-!', '^--!', '^--!']);
      }),
    );
  });
});
