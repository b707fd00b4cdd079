import { defer, map, type OperatorFunction } from 'rxjs';
import type { ServerEvent } from '../types/events.js';
import type { RefusalReason } from '../types/refusal-reason.js';
import type { EndReason, SessionId, SessionInfo } from '../types/session.js';

/** Statistics of a board. */
export interface BoardStats {
  readonly phase: 'opening' | 'open' | 'suspended' | 'draining' | 'closed' | 'failed';
  /** Sessions on line now, and the maximum so far. */
  readonly onLine: number;
  readonly most: number;
  /** Callers waiting for a node now. */
  readonly waiting: number;
  /** Connections that got a node at once, and those that waited for one first. */
  readonly admitted: number;
  readonly waited: number;
  /** Sessions opened. */
  readonly opened: number;
  /** Sessions closed, by reason. */
  readonly closed: Readonly<Record<EndReason, number>>;
  /** Failed logins: wrong passwords, and handles that weren't allowed. */
  readonly failedLogins: number;
  /** Refused connections, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** Callbacks that threw without a session ending because of it. */
  readonly callbacksFailed: number;
  /** Bytes of closed sessions. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Sessions whose connection is open, live, including those in their farewell. */
  readonly lines: ReadonlyMap<SessionId, SessionInfo>;
}

/** The initial statistics, with every reason at 0. */
export const EMPTY_STATS: BoardStats = {
  phase: 'opening',
  onLine: 0,
  most: 0,
  waiting: 0,
  admitted: 0,
  waited: 0,
  opened: 0,
  closed: {
    hangup: 0,
    idle: 0,
    'login-timeout': 0,
    'login-failed': 0,
    denied: 0,
    'time-limit': 0,
    kicked: 0,
    slow: 0,
    lost: 0,
    'app-done': 0,
    'app-error': 0,
    'connection-error': 0,
    protocol: 0,
    'wrong-protocol': 0,
    crawler: 0,
    'taken-over': 0,
    shutdown: 0,
    forced: 0,
  },
  failedLogins: 0,
  refused: {
    full: 0,
    rate: 0,
    address: 0,
    blocked: 0,
    penalty: 0,
    draining: 0,
    gate: 0,
    proxy: 0,
    'wrong-protocol': 0,
    crawler: 0,
    error: 0,
  },
  callbacksFailed: 0,
  bytesIn: 0,
  bytesOut: 0,
  lines: new Map(),
};

/**
 * Counts the events from the subscription on. Emits the statistics after each event; completes and errors
 * with its source. For the bytes of open sessions see {@link traffic}.
 *
 * @param sessions The live sessions by id, looked up when one opens.
 */
export function stats(
  sessions: ReadonlyMap<SessionId, SessionInfo>,
): OperatorFunction<ServerEvent, BoardStats> {
  return (event$) =>
    defer(() => {
      const lines = new Map<SessionId, SessionInfo>();
      const waiting = new Set<SessionId>();
      let figures: BoardStats = { ...EMPTY_STATS, lines };
      const count = (changed: Partial<BoardStats>) => {
        figures = { ...figures, waiting: waiting.size, ...changed };
      };

      const add = (event: ServerEvent) => {
        switch (event.type) {
          case 'serverListening':
          case 'serverResumed':
            return count({ phase: 'open' });
          case 'serverSuspended':
            return count({ phase: 'suspended' });
          case 'serverDraining':
            return count({ phase: 'draining' });
          case 'serverClosed':
            return count({ phase: 'closed' });
          case 'serverFailed':
            return count({ phase: 'failed' });
          case 'callbackFailed':
            return count({ callbacksFailed: figures.callbacksFailed + 1 });
          case 'connectionRefused':
            return count({ refused: oneMore(figures.refused, event.reason) });
          case 'sessionWaiting': {
            // Emitted again at each step forward.
            const isNew = !waiting.has(event.session);
            waiting.add(event.session);
            return count({ waited: figures.waited + (isNew ? 1 : 0) });
          }
          case 'sessionOpened': {
            const atOnce = !waiting.delete(event.session);
            const info = sessions.get(event.session);
            if (info) lines.set(event.session, info);
            const onLine = figures.onLine + 1;
            return count({
              onLine,
              most: Math.max(figures.most, onLine),
              opened: figures.opened + 1,
              admitted: figures.admitted + (atOnce ? 1 : 0),
            });
          }
          case 'loginAttemptFailed':
            return count({ failedLogins: figures.failedLogins + 1 });
          case 'sessionClosing':
            return count({ onLine: figures.onLine - 1 });
          case 'sessionClosed': {
            lines.delete(event.session);
            waiting.delete(event.session);
            const { closed, bytesIn, bytesOut } = figures;
            return count({
              // A caller who left the waiting room was never opened.
              closed: event.node === 0 ? closed : oneMore(closed, event.reason),
              bytesIn: bytesIn + event.bytesIn,
              bytesOut: bytesOut + event.bytesOut,
            });
          }
        }
      };

      return event$.pipe(
        map((event) => {
          add(event);
          return figures;
        }),
      );
    });
}

/** Bytes of all sessions so far, closed and open. */
export function traffic({ bytesIn, bytesOut, lines }: BoardStats): { bytesIn: number; bytesOut: number } {
  const sum = { bytesIn, bytesOut };
  for (const line of lines.values()) {
    sum.bytesIn += line.bytesIn;
    sum.bytesOut += line.bytesOut;
  }
  return sum;
}

const oneMore = <Reason extends string>(counts: Readonly<Record<Reason, number>>, reason: Reason) => ({
  ...counts,
  [reason]: counts[reason] + 1,
});
