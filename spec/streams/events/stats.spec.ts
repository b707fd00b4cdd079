import { map, Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type BoardStats, EMPTY_STATS, stats, traffic } from '../../../streams/events/stats.js';
import { GOODBYES } from '../../../streams/terminal/messages.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import type { EndReason, SessionId, SessionInfo } from '../../../streams/types/session.js';

const info = (id: SessionId, more: Partial<SessionInfo> = {}): SessionInfo => ({
  id,
  callId: `b0a2d-${id}`,
  node: id,
  state: 'active',
  user: null,
  address: '192.0.2.1',
  openedAt: 0,
  lastInputAt: 0,
  bytesIn: 10,
  bytesOut: 100,
  ...more,
});
const opened = (session: SessionId): ServerEvent => ({
  type: 'sessionOpened',
  session,
  callId: `b0a2d-${session}`,
  node: session,
  address: '192.0.2.1',
});
const waiting = (session: SessionId, place = 1): ServerEvent => ({
  type: 'sessionWaiting',
  session,
  callId: `b0a2d-${session}`,
  address: '192.0.2.1',
  position: place,
});
const closing = (session: SessionId): ServerEvent => ({
  type: 'sessionClosing',
  session,
  node: session,
  reason: 'idle',
});
const closed = (session: SessionId, reason: EndReason = 'idle', node = session): ServerEvent => ({
  type: 'sessionClosed',
  session,
  callId: `b0a2d-${session}`,
  node,
  address: '192.0.2.1',
  reason,
  bytesIn: 20,
  bytesOut: 200,
  durationMs: 5000,
  flushed: true,
});
const refused = (reason: RefusalReason): ServerEvent => ({
  type: 'connectionRefused',
  address: '192.0.2.1',
  reason,
});

const SESSIONS = new Map([1, 2, 3].map((id) => [id, info(id)]));

/** The statistics after these events. */
function after(...events: ServerEvent[]): BoardStats {
  let figures = EMPTY_STATS;
  const event$ = new Subject<ServerEvent>();
  event$.pipe(stats(SESSIONS)).subscribe((now) => {
    figures = now;
  });
  for (const event of events) event$.next(event);
  return figures;
}

describe('stats', () => {
  it(
    'counts the sessions on line from opening to closing, and their maximum',
    marbles((m) => {
      const event$ = m.cold('       a-b-c-d-e-f-|', {
        a: opened(1),
        b: opened(2),
        c: closing(1),
        d: closed(1),
        e: closing(2),
        f: opened(3),
      });
      const onLine$ = event$.pipe(
        stats(SESSIONS),
        map(({ onLine, most }) => `${onLine} of ${most}`),
      );
      m.expect(onLine$).toBeObservable('a-b-c-c-d-c-|', {
        a: '1 of 1',
        b: '2 of 2',
        c: '1 of 2',
        d: '0 of 2',
      });
      m.expect(event$).toHaveSubscriptions('^-----------!');
    }),
  );

  it(
    'tells the phase of the board',
    marbles((m) => {
      const address = { host: '127.0.0.1', port: 2323 };
      const event$ = m.cold<ServerEvent>('-l-s-r-d-x|', {
        l: { type: 'serverListening', ...address },
        s: { type: 'serverSuspended' },
        r: { type: 'serverResumed', ...address },
        d: { type: 'serverDraining', reason: 'lunch', sessions: 0, graceMs: null },
        x: { type: 'serverClosed', reason: 'lunch', drained: 0, forced: 0, durationMs: 0 },
      });
      const phase$ = event$.pipe(
        stats(SESSIONS),
        map(({ phase }) => phase),
      );
      m.expect(phase$).toBeObservable('-l-s-l-d-x|', {
        l: 'open',
        s: 'suspended',
        d: 'draining',
        x: 'closed',
      });
    }),
  );

  for (const [name, diagram, unsubscribed, subscription] of [
    ['nothing of a silent source', '-----', '----!', '^---!'],
    ['an empty source', '          --|  ', undefined, '^-!'],
    ['an error', '                -a-#', undefined, '^--!'],
    ['nothing after it was unsubscribed', '-a-a-', '--!', '^-!'],
  ] as const) {
    it(
      `passes on ${name}`,
      marbles((m) => {
        const event$ = m.cold<ServerEvent>(diagram, { a: refused('full') });
        const phase$ = event$.pipe(
          stats(SESSIONS),
          map(({ phase }) => phase),
        );
        const expected = unsubscribed ? diagram.slice(0, unsubscribed.length) : diagram;
        m.expect(phase$, unsubscribed).toBeObservable(expected, { a: 'opening' });
        m.expect(event$).toHaveSubscriptions(subscription);
      }),
    );
  }

  it('distinguishes sessions that got a node at once from those that waited, however often their position was told', () => {
    const calls = [opened(1), opened(4), waiting(2, 2), waiting(3, 3), waiting(2, 1), opened(2)];
    expect(after(...calls)).toEqual(
      jasmine.objectContaining({ admitted: 2, waited: 2, waiting: 1, opened: 3 }),
    );
  });

  it('starts at 0 for every reason', () => {
    const { phase, lines, ...counts } = EMPTY_STATS;
    const { closed: endings, refused: refusals, ...plain } = counts;
    expect(new Set([plain, endings, refusals].flatMap((each) => Object.values<number>(each)))).toEqual(
      new Set([0]),
    );
    expect(Object.keys(endings).sort()).toEqual(Object.keys(GOODBYES).sort());
    expect(Object.keys(refusals)).toEqual(
      jasmine.arrayWithExactContents([
        'full',
        'rate',
        'address',
        'blocked',
        'penalty',
        'draining',
        'gate',
        'proxy',
        'wrong-protocol',
        'crawler',
        'error',
      ]),
    );
  });

  it('forgets a caller who gave up waiting, and counts no session', () => {
    const { waiting: still, closed: endings, bytesIn } = after(waiting(2), closed(2, 'hangup', 0));
    expect([still, endings.hangup, bytesIn]).toEqual([0, 0, 20]);
  });

  it('counts ends and refusals by reason', () => {
    const { closed: endings, refused: refusals } = after(
      ...[closed(1, 'kicked'), closed(2, 'kicked'), closed(3, 'idle')],
      ...[refused('full'), refused('rate'), refused('full')],
    );
    expect(endings).toEqual({ ...EMPTY_STATS.closed, kicked: 2, idle: 1 });
    expect(refusals).toEqual({ ...EMPTY_STATS.refused, full: 2, rate: 1 });
  });

  it('counts failed logins', () => {
    const failed: ServerEvent = {
      type: 'loginAttemptFailed',
      session: 1,
      node: 1,
      address: '192.0.2.1',
      handle: 'ann',
      attempt: 1,
    };
    expect(after(failed, failed).failedLogins).toBe(2);
  });

  it('reports the phase of the board', () => {
    const listening: ServerEvent = { type: 'serverListening', host: '::', port: 1 };
    const draining: ServerEvent = { type: 'serverDraining', reason: 'x', sessions: 0, graceMs: null };
    const over: ServerEvent = { type: 'serverClosed', reason: 'x', drained: 0, forced: 0, durationMs: 1 };
    expect(after().phase).toBe('opening');
    expect(after(listening).phase).toBe('open');
    expect(after(listening, opened(1)).phase).toBe('open');
    expect(after(listening, draining).phase).toBe('draining');
    expect(after(listening, draining, over).phase).toBe('closed');
    expect(after(listening, { type: 'serverFailed', error: 'x' }).phase).toBe('failed');
  });

  it('counts callbacks that failed', () => {
    const failed: ServerEvent = { type: 'callbackFailed', callback: 'trusted', error: 'x' };
    expect(after(failed, failed).callbacksFailed).toBe(2);
  });

  it('starts anew for each subscription, and leaves earlier statistics unchanged', () => {
    const event$ = new Subject<ServerEvent>();
    const tally$ = event$.pipe(stats(SESSIONS));
    const seen: BoardStats[] = [];
    tally$.subscribe((figures) => seen.push(figures));
    event$.next(refused('full'));
    tally$.subscribe((figures) => seen.push(figures));
    event$.next(refused('full'));
    expect(seen.map(({ refused: { full } }) => full)).toEqual([1, 2, 1]);
    expect(EMPTY_STATS.refused.full).toBe(0);
    expect(EMPTY_STATS.lines.size).toBe(0);
  });
});

describe('traffic', () => {
  it('adds up the bytes of closed sessions, open ones, and those in their farewell', () => {
    expect(traffic(after())).toEqual({ bytesIn: 0, bytesOut: 0 });
    expect(traffic(after(opened(1)))).toEqual({ bytesIn: 10, bytesOut: 100 });
    expect(traffic(after(opened(1), closing(1)))).toEqual({ bytesIn: 10, bytesOut: 100 });
    expect(traffic(after(opened(1), closing(1), closed(1), opened(2)))).toEqual({
      bytesIn: 30,
      bytesOut: 300,
    });
  });

  it('works without the record of a session', () => {
    expect(traffic(after(opened(9), closed(9)))).toEqual({ bytesIn: 20, bytesOut: 200 });
  });
});
