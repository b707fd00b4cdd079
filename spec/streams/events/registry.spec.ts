import { map, Subject, tap } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import type { Accounts } from '../../../streams/admission/per-user.js';
import { registry } from '../../../streams/events/registry.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { SessionId, SessionInfo, User } from '../../../streams/types/session.js';

const info = (id: SessionId): SessionInfo => ({
  id,
  callId: `b0a2d-${id}`,
  node: id,
  state: 'active',
  user: null,
  address: '192.0.2.1',
  openedAt: 0,
  lastInputAt: 0,
  bytesIn: 0,
  bytesOut: 0,
});
const opened = (session: SessionId): ServerEvent => ({
  type: 'sessionOpened',
  session,
  callId: `b0a2d-${session}`,
  node: session,
  address: '192.0.2.1',
});
const closing = (session: SessionId): ServerEvent => ({
  type: 'sessionClosing',
  session,
  node: session,
  reason: 'idle',
});
const closed = (session: SessionId): ServerEvent => ({
  type: 'sessionClosed',
  session,
  callId: `b0a2d-${session}`,
  node: session,
  address: '192.0.2.1',
  reason: 'idle',
  bytesIn: 0,
  bytesOut: 0,
  durationMs: 0,
  flushed: true,
});
const waiting = (session: SessionId): ServerEvent => ({
  type: 'sessionWaiting',
  session,
  callId: `b0a2d-${session}`,
  address: '192.0.2.1',
  position: 1,
});

const calls = new Map([1, 2, 3].map((id) => [id, info(id)]));

describe('registry', () => {
  it(
    'is up to date when an event is received',
    marbles((m) => {
      const event$ = m.cold('                 a-b-w-x-y-c-|', {
        a: opened(1),
        b: opened(2),
        w: waiting(3),
        x: closing(1),
        y: closed(1),
        c: opened(3),
      });
      const sessions = new Map<SessionId, SessionInfo>();
      const onLine: SessionId[][] = [];
      m.expect(event$).toHaveSubscriptions('  ^-----------!');
      event$.pipe(registry(calls, sessions, new Map())).subscribe(() => onLine.push([...sessions.keys()]));
      m.flush();
      expect(onLine).toEqual([[1], [1, 2], [1, 2], [2], [2], [2, 3]]);
    }),
  );

  it("holds a live view of the session that can't reach the session", () => {
    const sessions = new Map<SessionId, SessionInfo>();
    const event$ = new Subject<ServerEvent>();
    event$.pipe(registry(calls, sessions, new Map())).subscribe();
    event$.next(opened(2));
    const view = sessions.get(2) as SessionInfo;
    expect({ ...JSON.parse(JSON.stringify(view)) }).toEqual(calls.get(2) as object);
    Object.assign(calls.get(2) as object, { bytesIn: 7 });
    expect(view.bytesIn).toBe(7);
    expect(Object.keys(view)).toEqual([]);
    expect(Object.values(Object.getOwnPropertyDescriptors(view))).toEqual([]);
  });

  it('skips an unknown session', () => {
    const sessions = new Map<SessionId, SessionInfo>();
    const event$ = new Subject<ServerEvent>();
    event$.pipe(registry(calls, sessions, new Map())).subscribe();
    event$.next(opened(99));
    expect(sessions.size).toBe(0);
  });

  for (const [name, diagram, subscription] of [
    ['many events', '      -a-b-c-|', '^------!'],
    ['one event', '        -a-----|', '^------!'],
    ['an empty source', '  --|     ', '^-!     '],
    ['an error', '         -a-#    ', '^--!    '],
  ] as const) {
    it(
      `passes ${name} on, and is empty afterwards`,
      marbles((m) => {
        const sessions = new Map<SessionId, SessionInfo>();
        const events = { a: opened(1), b: opened(2), c: closing(1) };
        const event$ = m.cold(diagram, events);
        m.expect(event$.pipe(registry(calls, sessions, new Map()))).toBeObservable(diagram, events);
        m.expect(event$).toHaveSubscriptions(subscription);
        m.flush();
        expect(sessions.size).toBe(0);
      }),
    );
  }

  it(
    'is empty once unsubscribed',
    marbles((m) => {
      const sessions = new Map<SessionId, SessionInfo>();
      const event$ = m.cold('               -a--------', { a: opened(1) });
      let most = 0;
      const watched$ = event$.pipe(
        registry(calls, sessions, new Map()),
        tap(() => {
          most = sessions.size;
        }),
      );
      m.expect(watched$, '                  ----!').toBeObservable('-a---', { a: opened(1) });
      m.expect(event$).toHaveSubscriptions('^---!');
      m.flush();
      expect(most).toBe(1);
      expect(sessions.size).toBe(0);
    }),
  );

  it(
    'has the sessions of each account, oldest first, from the login to the closing; none of guests',
    marbles((m) => {
      const accounts: Accounts = new Map();
      const users: Record<SessionId, User | null> = {
        1: { handle: 'ann' },
        2: { handle: 'ann' },
        3: { handle: 'ann', guest: true },
      };
      const those = new Map([1, 2, 3].map((id) => [id, { ...info(id), user: users[id] ?? null }]));
      const loggedIn = (session: SessionId): ServerEvent => ({
        type: 'sessionAuthenticated',
        session,
        node: session,
        handle: 'ann',
      });
      const event$ = m.cold('-b-a-g-x-y-|', {
        a: loggedIn(1),
        b: loggedIn(2),
        g: loggedIn(3),
        x: closing(2),
        y: closing(1),
      });
      const known$ = event$.pipe(
        registry(those, new Map(), accounts),
        map(() => [...accounts].map(([handle, ids]) => `${handle}: ${[...ids]}`).join()),
      );
      m.expect(known$).toBeObservable('-1-2-2-3-0-|', {
        1: 'ann: 2',
        2: 'ann: 2,1',
        3: 'ann: 1',
        0: '',
      });
    }),
  );

  it(
    'ignores the end of an unknown session of an account',
    marbles((m) => {
      const accounts: Accounts = new Map();
      const those = new Map([[1, { ...info(1), user: { handle: 'ann' } }]]);
      const event$ = m.cold('-x-|', { x: closing(1) });
      m.expect(event$.pipe(registry(those, new Map(), accounts))).toBeObservable('-x-|', { x: closing(1) });
      m.flush();
      expect(accounts.size).toBe(0);
    }),
  );

  it(
    'stays empty with a silent source',
    marbles((m) => {
      const sessions = new Map<SessionId, SessionInfo>();
      const event$ = m.cold<ServerEvent>('                               -----');
      m.expect(event$.pipe(registry(calls, sessions, new Map())), '                 ----!').toBeObservable(
        '-----',
      );
      m.expect(event$).toHaveSubscriptions('                             ^---!');
      m.flush();
      expect(sessions.size).toBe(0);
    }),
  );
});
