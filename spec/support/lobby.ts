import { BehaviorSubject, Subject, VirtualTimeScheduler } from 'rxjs';
import { folded, looksOf } from '../../lib/accounts/handle.js';
import { lobby } from '../../lib/apps/lobby/lobby.js';
import type { Visit } from '../../lib/apps/lobby/visit.js';
import { createSessionManager, type SessionManager } from '../../lib/session-manager.js';
import { type FakeConnectionOptions, fakeConnection } from '../../lib/testing/fake-connection.js';
import { embeddedBus } from '../../streams/events/bus.js';
import { handleIndex } from '../../streams/session/index-handles.js';
import type { App, Bus, Services } from '../../streams/types/app.js';
import type { Connection } from '../../streams/types/connection.js';
import type { Session, SessionInfo } from '../../streams/types/session.js';

/** 2026-11-22 12:00:00 UTC */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** A caller who has been on line for an hour, with the same number as node and session id. */
export const someone = (id: number, handle: string | null, more: Partial<SessionInfo> = {}): SessionInfo => ({
  id,
  callId: `fake-${id}`,
  node: id,
  state: 'active',
  user: handle === null ? null : { handle },
  address: '192.0.2.1',
  openedAt: NOON - 3_600_000,
  lastInputAt: NOON,
  bytesIn: 0,
  bytesOut: 0,
  ...more,
});

/** The services of a board at noon with these sessions. */
export function among(...sessions: SessionInfo[]): Services {
  const handles = handleIndex({ folded, looksOf });
  for (const session of sessions) handles.add(session);
  return {
    bus: embeddedBus(),
    handles,
    sessions: new Map(sessions.map((session) => [session.id, session])),
    scheduler: { now: () => NOON },
    dateOf: (at: number) => new Date(at),
  } as unknown as Services;
}

/** The visit of a caller, in a window of this width, for the commands. */
export function visitOf(info: SessionInfo, services: Services, columns = 80): Visit {
  const terminal = { columns, rows: 24, echo: true, type: 'xterm', encoding: 'utf-8' };
  return {
    session: { ...info, terminal } as unknown as Session,
    services,
    room: new BehaviorSubject('lobby'),
    away: new Map(),
    ignored: new Map(),
    lastCallers: () => [],
  };
}

/** A caller of a {@link Board}. */
interface Person {
  readonly id: number;
  /** The output up to the login. */
  readonly welcome: string;
  /** Types lines, each with Enter, in one packet. */
  says(...lines: string[]): void;
  /** Presses keys. */
  presses(keys: string): void;
  hangsUp(): void;
  /** Returns the output since the last call, or since the welcome. */
  reads(): string;
}

/** A board in virtual time, which stands still except during {@link Board.pass}. */
export interface Board {
  readonly manager: SessionManager;
  /** Connects a caller, and logs in. */
  calls(handle: string, line?: FakeConnectionOptions): Person;
  /** Advances the time. */
  pass(ms: number): void;
}

/** Opens a board with a lobby or another app. By default the terminals of its callers are plain. */
export function openBoard(app: App = lobby(), bus?: Bus): Board {
  const clock = new VirtualTimeScheduler(undefined, 0);
  const caller$ = new Subject<Connection>();
  const manager = createSessionManager({
    app,
    ...(bus ? { bus } : {}),
    scheduler: clock,
    maxSessions: 1000,
    maxUnauthenticated: null,
    maxPerAddress: null,
    connectionRate: null,
    connectionRatePerAddress: null,
    idleTimeoutMs: null,
    loginTimeoutMs: null,
    deadPeerTimeoutMs: null,
  });
  manager.run(caller$).subscribe();
  let calls = 0;
  return {
    manager,
    calls(handle, line) {
      calls += 1;
      const typed = new Subject<string>();
      const connection = fakeConnection(typed, line);
      caller$.next(connection);
      typed.next(`${handle}\r`);
      const welcome = connection.screen;
      let read = welcome.length;
      return {
        id: calls,
        welcome,
        says: (...lines) => typed.next(lines.map((each) => `${each}\r`).join('')),
        presses: (keys) => typed.next(keys),
        hangsUp: () => typed.complete(),
        reads() {
          const news = connection.screen.slice(read);
          read = connection.screen.length;
          return news;
        },
      };
    },
    pass(ms) {
      clock.maxFrames = clock.now() + ms;
      // The clock stands at the time of the last action.
      clock.schedule(() => {}, ms);
      clock.flush();
    },
  };
}
