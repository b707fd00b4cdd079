import { DEFAULT_LIMITS } from '../../lib/session-manager.js';
import { invariants } from '../../lib/testing/simulation/invariants.js';
import { inARow } from '../../lib/testing/simulation/said.js';
import type { ServerEvent } from '../../streams/types/events.js';
import type { Limits } from '../../streams/types/limits.js';
import type { SessionInfo } from '../../streams/types/session.js';

const ANN = '192.0.2.1';
const BOB = '192.0.2.2';
const line = { isClosed: false };

/** Returns the violations after these events, each at its time. */
function watched(limits: Partial<Limits>, ...happens: [at: number, what: string | Partial<ServerEvent>][]) {
  const sessions = new Map<number, SessionInfo>();
  const watch = invariants({ ...DEFAULT_LIMITS, ...limits }, sessions, () => false);
  for (const [at, what] of happens) {
    if (typeof what === 'string') {
      watch.attempts(what, line, at);
      continue;
    }
    const { type, session = 0 } = what as { type: string; session?: number };
    if (type === 'sessionOpened') sessions.set(session, { id: session, state: 'connected' } as SessionInfo);
    if (type === 'sessionClosing') sessions.delete(session);
    watch.event(what as ServerEvent, at);
  }
  return watch.violations;
}
const opened = (session: number, address = ANN): Partial<ServerEvent> => ({
  type: 'sessionOpened',
  session,
  node: session,
  address,
});
const closing = (session: number, reason: 'login-timeout' | 'time-limit' | 'shutdown') =>
  ({ type: 'sessionClosing', session, node: session, reason }) as const;
const refused = (reason: 'full' | 'rate' | 'address' | 'penalty' | 'draining' | 'blocked', address = ANN) =>
  ({ type: 'connectionRefused', address, reason }) as const;

describe('invariants', () => {
  for (const reason of ['full', 'rate', 'address', 'penalty', 'draining', 'blocked'] as const)
    it(`report a refusal as ${reason} without a reason`, () => {
      expect(watched({}, [0, ANN], [0, refused(reason)])).toEqual([
        `${ANN} was refused as ${reason}, for no reason`,
      ]);
    });

  it('allow refusals with a reason', () => {
    const one = { maxSessions: 1, waitingRoom: 0 };
    expect(watched(one, [0, ANN], [0, opened(1)], [1, BOB], [1, refused('full', BOB)])).toEqual([]);
    const few = { connectionRate: { count: 1, perMs: 1000, burst: 1 } };
    expect(watched(few, [0, ANN], [0, opened(1)], [1, BOB], [1, refused('rate', BOB)])).toEqual([]);
    const alone = { maxPerAddress: 1 };
    expect(watched(alone, [0, ANN], [0, opened(1)], [1, ANN], [1, refused('address')])).toEqual([]);
    const penalised = {
      type: 'addressPenalised',
      address: ANN,
      network: ANN,
      offence: 'flood',
      forMs: 15_000,
    } as const;
    expect(watched({}, [0, penalised], [9, ANN], [9, refused('penalty')])).toEqual([]);
    const draining = { type: 'serverDraining', reason: '', sessions: 0, graceMs: 0 } as const;
    expect(watched({}, [0, ANN], [0, draining], [1, refused('draining')])).toEqual([]);
  });

  it('report a penalised address that is admitted, and one that is refused after its penalty', () => {
    const penalised = {
      type: 'addressPenalised',
      address: ANN,
      network: ANN,
      offence: 'flood',
      forMs: 15_000,
    } as const;
    expect(watched({}, [0, penalised], [9000, ANN], [9000, opened(1)])).toEqual([
      `${ANN} was let in, and kept out for 6000 ms more`,
    ]);
    expect(watched({}, [0, penalised], [15_000, ANN], [15_000, opened(1)])).toEqual([]);
    expect(watched({}, [0, penalised], [15_001, ANN], [15_001, refused('penalty')]).length).toBe(1);
    // A caller already at the gate may pass.
    expect(watched({}, [0, ANN], [1, penalised], [9000, opened(1)])).toEqual([]);
  });

  it('report more sessions than allowed: in all, without a login, and from one address', () => {
    const both = [
      [0, opened(1)],
      [0, opened(2)],
    ] as [number, Partial<ServerEvent>][];
    expect(watched({ maxSessions: 3, reserve: 2 }, ...both)).toEqual(['2 are inside, of 1 at most']);
    const full = { maxUnauthenticated: { start: 1, rate: 1, full: 1 } };
    expect(watched(full, ...both)).toEqual(['2 log in, of 1 at most']);
    expect(watched({ maxPerAddress: 1 }, ...both)).toEqual([`2 from ${ANN} are in, of 1 at most`]);
  });

  it('report a session that ends before its time', () => {
    for (const reason of ['login-timeout', 'time-limit'] as const) {
      const limits = { loginTimeoutMs: 1000, sessionLimitMs: 1000 };
      expect(watched(limits, [0, opened(1)], [999, closing(1, reason)])).toEqual([
        `session 1 ended by ${reason} after 999 ms, of 1000`,
      ]);
      expect(watched(limits, [0, opened(1)], [1000, closing(1, reason)])).toEqual([]);
    }
    const loggedIn = { type: 'sessionAuthenticated', session: 1, node: 1, handle: 'ann' } as const;
    const draining = { type: 'serverDraining', reason: '', sessions: 1, graceMs: 5000 } as const;
    const start = [
      [0, opened(1)],
      [1, loggedIn],
      [2, draining],
    ] as [number, Partial<ServerEvent>][];
    expect(watched({}, ...start, [5001, closing(1, 'shutdown')])).toEqual([
      'session 1 was sent home 1 ms before the end of the grace',
    ]);
    expect(watched({}, ...start, [5002, closing(1, 'shutdown')])).toEqual([]);
  });

  it('report a login attempt that is miscounted, and a session ended without an attempt', () => {
    const failed = (attempt: number) =>
      ({
        type: 'loginAttemptFailed',
        session: 1,
        node: 1,
        address: ANN,
        handle: 'x',
        attempt,
      }) as const;
    const over = { type: 'sessionClosing', session: 1, node: 1, reason: 'login-failed' } as const;
    expect(watched({}, [0, opened(1)], [1, failed(1)], [2, failed(2)], [3, over])).toEqual([]);
    expect(watched({}, [0, opened(1)], [1, failed(2)]).length).toBe(1);
    expect(watched({}, [0, opened(1)], [1, over])).toEqual(['session 1 ended by login-failed without a try']);
  });

  it('report a line that is missing in a row', () => {
    const blames: string[] = [];
    const hear = inARow((words) => blames.push(words));
    for (const text of ['#1.4; in a row', 'hello', '#2.1; in a row', '#1.5; in a row', '#2.7;']) hear(text);
    expect(blames).toEqual([]);
    hear('#1.7; in a row');
    expect(blames).toEqual(['caller 1 says line 7 after line 5']);
  });
});
