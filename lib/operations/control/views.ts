import { map, type Observable } from 'rxjs';
import { type BoardStats, traffic } from '../../../streams/events/stats.js';
import type { Bus } from '../../../streams/types/app.js';
import type { SessionInfo } from '../../../streams/types/session.js';
import { firstByNode } from '../../apps/lobby/first-by-node.js';
import { roomsOf } from '../../apps/lobby/rooms.js';
import type { Impulse } from '../../create-impulse.js';
import { lateness } from '../../process/lateness.js';
import { monotonic, processClock } from '../../process/monotonic.js';
import type { ClosingTime } from './closing-time.js';
import type { Caller, View } from './protocol.js';

/** The parts of a board that the control socket uses. */
export interface Controlled {
  readonly impulse: Impulse;
  /** The port that the board listens on. */
  readonly port: number;
  readonly bus: Bus;
  readonly closing: ClosingTime;
  /** The counts so far. */
  readonly stats: () => BoardStats;
}

/** The most callers in a {@link View}. No screen has more rows. */
const MAX_VIEWED = 200;

/** Returns the callers on line, by node. */
export const callers = (board: Controlled): Caller[] =>
  rowsOf(
    board,
    [...board.impulse.sessions.values()].sort((one, other) => one.node - other.node),
  );

/** Returns the caller on a node. */
export function callerOn(board: Controlled, node: unknown): Caller | undefined {
  for (const info of board.impulse.sessions.values()) if (info.node === node) return rowsOf(board, [info])[0];
  return undefined;
}

function rowsOf({ bus }: Controlled, infos: readonly SessionInfo[]): Caller[] {
  const now = monotonic.now();
  const where = roomsOf(bus, infos);
  return infos.map((info) => caller(info, where.get(info.callId) ?? '', now));
}

const caller = (info: SessionInfo, where: string, now: number): Caller => ({
  node: info.node,
  session: info.id,
  handle: info.user?.handle ?? null,
  address: info.address,
  transport: info.transport ?? null,
  openedAt: processClock.dateOf(info.openedAt).toISOString(),
  onLineMs: now - info.openedAt,
  idleMs: now - info.lastInputAt,
  state: info.state,
  where,
  bytesIn: info.bytesIn,
  bytesOut: info.bytesOut,
});

/**
 * Emits the figures and callers of the board soon after subscription, and then each second. Never completes.
 */
export function view$(board: Controlled): Observable<View> {
  return lateness().pipe(
    map((lateMs) => {
      const { lines, ...counts } = board.stats();
      return {
        time: new Date().toISOString(),
        figures: {
          ...counts,
          ...traffic({ ...counts, lines }),
          closesInMs: board.closing.leftMs,
          uptimeMs: Math.round(process.uptime() * 1000),
          memoryBytes: process.memoryUsage.rss(),
          lateMs,
        },
        callers: rowsOf(board, firstByNode(board.impulse.sessions.values(), MAX_VIEWED)),
      };
    }),
  );
}
