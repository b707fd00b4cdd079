import { NEVER, type Observable, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type FakeConnectionOptions, fakeConnection } from '../../../lib/testing/fake-connection.js';
import { embeddedBus } from '../../../streams/events/bus.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import type { Call } from '../../../streams/session/call.js';
import { handleIndex } from '../../../streams/session/index-handles.js';
import { SessionReporter } from '../../../streams/session/session-reporter.js';
import { FLUSH_MS, farewells } from '../../../streams/shutdown/farewell.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { Limits } from '../../../streams/types/limits.js';
import type { SessionId } from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { fakeAdmitted } from '../../support/admitted.js';
import { NO_LIMITS } from '../../support/limits.js';
import { PLAIN_SCREEN } from '../../support/plain-screen.js';

interface Parts {
  readonly scheduler?: VirtualTimeScheduler;
  readonly limits?: Partial<Limits>;
  readonly line?: FakeConnectionOptions;
  readonly place$?: Observable<number>;
  /** Whether the transport recognises callers by their first bytes. */
  readonly recognises?: boolean;
}

/** Session 7 of `ann`, at 192.0.2.1 and on node 3, and what was reported of it. */
function reporting({
  scheduler = new VirtualTimeScheduler(),
  limits = {},
  line = {},
  place$,
  recognises = false,
}: Parts = {}) {
  const connection = fakeConnection(NEVER, line);
  const events: ServerEvent[] = [];
  const admitted = fakeAdmitted(
    recognises ? Object.assign(connection, { recognised$: NEVER }) : connection,
    place$,
  );
  const calls = new Map<SessionId, Call>();
  const accounts = new Map<string, readonly SessionId[]>();
  const reporter = new SessionReporter({ next: (event) => events.push(event) }, admitted, {
    limits: { ...NO_LIMITS, ...limits },
    services: {
      bus: embeddedBus(),
      sessions: new Map(),
      handles: handleIndex({ folded: (handle) => handle, looksOf: (handle) => [handle] }),
      scheduler,
      dateOf: (at) => new Date(at),
    },
    screen: PLAIN_SCREEN,
    slices: timeSlices(scheduler),
    calls,
    accounts,
    boardId: 'b0a2d',
    farewell: farewells(() => 10, scheduler),
  });
  calls.set(7, reporter.call);
  const types = () => events.map(({ type }) => type);
  return { reporter, call: reporter.call, connection, admitted, calls, accounts, events, types };
}

describe('SessionReporter', () => {
  it('tells a waiting caller and the board the position', () => {
    const { reporter, connection, events } = reporting({ place$: NEVER });
    reporter.waits(2);
    expect(connection.screen).toBe('All 3 nodes are busy. You are number 2 in line.\n');
    expect(events).toEqual([
      { type: 'sessionWaiting', session: 7, callId: 'b0a2d-7', address: '192.0.2.1', position: 2 },
    ]);
  });

  it('opens the session with its node, once', () => {
    const { reporter, call, events } = reporting();
    reporter.connected();
    reporter.open();
    expect(events).toEqual([
      { type: 'sessionOpened', session: 7, callId: 'b0a2d-7', node: 3, address: '192.0.2.1' },
    ]);
    expect(call.state).toBe('authenticating');
  });

  it('leaves the opening of a client that may speak another protocol to whoever recognises it', () => {
    const { reporter, types } = reporting({ recognises: true });
    reporter.connected();
    expect(types()).toEqual([]);
    reporter.open();
    expect(types()).toEqual(['sessionOpened']);
  });

  it('opens the session before a failed login, and counts these', () => {
    const { reporter, events } = reporting({ recognises: true });
    reporter.connected();
    reporter.loginFailed('root');
    reporter.loginFailed('admin');
    const failed = { type: 'loginAttemptFailed', session: 7, node: 3, address: '192.0.2.1' } as const;
    expect(events.slice(1)).toEqual([
      { ...failed, handle: 'root', attempt: 1 },
      { ...failed, handle: 'admin', attempt: 2 },
    ]);
    expect(events[0]?.type).toBe('sessionOpened');
  });

  it('reports a login before it frees what the caller held as a stranger', () => {
    const { reporter, call, admitted, events, types } = reporting({ recognises: true });
    const atLogin: string[][] = [];
    admitted.loggedIn = () => void atLogin.push(types());
    admitted.loggedInAsGuest = fail;
    reporter.connected();
    reporter.logIn({ handle: 'ann' });
    expect(atLogin).toEqual([['sessionOpened', 'sessionAuthenticated']]);
    expect(events[1]).toEqual({ type: 'sessionAuthenticated', session: 7, node: 3, handle: 'ann' });
    expect([call.state, call.user?.handle]).toEqual(['active', 'ann']);
  });

  it('takes what is typed ahead during the login for a secret', () => {
    const { reporter, call } = reporting();
    const wasSecret = [call.screen.secret()];
    reporter.connected();
    wasSecret.push(call.screen.secret());
    reporter.logIn({ handle: 'ann' });
    wasSecret.push(call.screen.secret());
    expect(wasSecret).toEqual([false, true, false]);
  });

  it('logs a guest in as one', () => {
    const { reporter, admitted } = reporting();
    let isGuest = false;
    admitted.loggedIn = fail;
    admitted.loggedInAsGuest = () => {
      isGuest = true;
    };
    reporter.connected();
    reporter.logIn({ handle: 'ann', guest: true });
    expect(isGuest).toBeTrue();
  });

  it('ends the session of an account that has too many, or takes over the oldest', () => {
    const denied = reporting({ limits: { maxPerUser: 1, perUserPolicy: 'deny' } });
    denied.accounts.set('ann', [1]);
    expect(denied.reporter.admits({ handle: 'ann' })).toBeFalse();
    expect(denied.reporter.ending?.reason).toBe('denied');

    const [older, newer] = [reporting(), reporting({ limits: { maxPerUser: 1 } })];
    newer.accounts.set('ann', [1]);
    newer.calls.set(1, older.call);
    expect(newer.reporter.admits({ handle: 'ann' })).toBeTrue();
    expect(newer.reporter.ending).toBeUndefined();
    expect(older.reporter.ending?.reason).toBe('taken-over');
  });

  it('warns the caller, and says so', () => {
    const { reporter, connection, events } = reporting();
    reporter.warn('time-limit', 60_000);
    expect(connection.screen).toContain('You have 1 minute left on line.');
    expect(events).toEqual([
      { type: 'sessionWarned', session: 7, node: 3, reason: 'time-limit', inMs: 60_000 },
    ]);
  });

  it("reports an app's teardown that failed", () => {
    const { reporter, events } = reporting();
    reporter.teardownFailed('broken');
    expect(events).toEqual([{ type: 'callbackFailed', callback: 'app', session: 7, error: 'broken' }]);
  });

  it('reports the reason of the end with its error, and then frees the node', () => {
    const { reporter, call, admitted, events, types } = reporting({ recognises: true });
    const atLeaving: string[][] = [];
    admitted.leave = () => void atLeaving.push(types());
    reporter.connected();
    call.settle(new SessionEnd('app-error', 'broken'));
    call.end('kicked');
    expect(atLeaving).toEqual([['sessionOpened', 'sessionClosing']]);
    expect(events[1]).toEqual({
      type: 'sessionClosing',
      session: 7,
      node: 3,
      reason: 'app-error',
      error: 'broken',
    });
  });

  it('reports no closing of a caller who leaves the waiting room', () => {
    const { call, admitted, types } = reporting({ place$: NEVER });
    call.end('hangup');
    expect(types()).toEqual([]);
    expect(admitted.left).toBeTrue();
  });

  it(
    'says goodbye, and reports the closing when the connection is gone or the time for it is over',
    marbles((m) => {
      for (const [lingers, diagram] of [
        [false, '(c|)'],
        [true, `${FLUSH_MS}ms (c|)`],
      ] as const) {
        const { reporter, connection, call } = reporting({ scheduler: m.scheduler, line: { lingers } });
        reporter.connected();
        const closed: ServerEvent = {
          type: 'sessionClosed',
          session: 7,
          callId: 'b0a2d-7',
          node: 3,
          address: '192.0.2.1',
          reason: 'kicked',
          bytesIn: 0,
          bytesOut: '\nThe sysop closed your call.\n'.length,
          durationMs: lingers ? FLUSH_MS : 0,
          flushed: true,
        };
        m.expect(reporter.farewell$(new SessionEnd('kicked'))).toBeObservable(diagram, { c: closed });
        m.scheduler.schedule(() => {
          expect(connection.screen).toBe('\nThe sysop closed your call.\n');
          expect(call.state).toBe('closed');
        }, FLUSH_MS + 1);
      }
    }),
  );

  it('counts the wait for a node into the duration', () => {
    const scheduler = new VirtualTimeScheduler();
    const { reporter } = reporting({ scheduler });
    scheduler.frame = 2000;
    reporter.connected();
    scheduler.frame = 5000;
    const durations: unknown[] = [];
    reporter
      .farewell$(new SessionEnd('hangup'))
      .subscribe((event) => durations.push('durationMs' in event && event.durationMs));
    expect(durations).toEqual([5000]);
  });

  it('takes an error of the app for the reason, and cuts the connection at once when forced', () => {
    const failed = reporting();
    failed.reporter.farewell$(new Error('broken')).subscribe();
    expect(failed.reporter.ending?.reason).toBe('app-error');
    expect(failed.connection.calls[0]).toBe('close');

    const forced = reporting();
    forced.reporter.farewell$(new SessionEnd('forced')).subscribe();
    expect(forced.connection.calls[0]).toBe('destroy');
  });

  it('reports a refusal, and no session, for a client that speaks another protocol', () => {
    const { reporter, events } = reporting({ recognises: true });
    reporter.connected();
    const later: ServerEvent[] = [];
    reporter.farewell$(new SessionEnd('wrong-protocol', 'HTTP')).subscribe((event) => later.push(event));
    expect(events).toEqual([
      { type: 'connectionRefused', address: '192.0.2.1', reason: 'wrong-protocol', protocol: 'HTTP' },
    ]);
    expect(later).toEqual([]);
  });

  it('frees the connection, the node and the entry of the session', () => {
    const { reporter, connection, admitted, calls } = reporting();
    reporter.free();
    expect(connection.calls).toEqual(['destroy']);
    expect(admitted.left).toBeTrue();
    expect(calls.has(7)).toBeFalse();
  });
});
