import { map, type Observable } from 'rxjs';
import { type Tally, traffic } from '../../streams/tally.js';
import type { Bus, SessionInfo } from '../../streams/types.js';
import type { Impulse } from '../create-impulse.js';
import { rooms } from '../lobby/rooms.js';
import { lateness } from '../process/lateness.js';
import { monotonic, processClock } from '../process/monotonic.js';
import type { ClosingTime } from './closing-time.js';
import type { Caller, View } from './protocol.js';

/** What a board is controlled by. */
export interface Controlled {
  readonly impulse: Impulse;
  /** The port that it listens on. */
  readonly port: number;
  readonly bus: Bus;
  readonly closing: ClosingTime;
  /** What happened so far. */
  readonly tally: () => Tally;
}

/** Callers that a {@link View} lists: no screen has more lines. */
const MOST_VIEWED = 200;

/** Who is on line, by their nodes. */
export function callers({ impulse, bus }: Controlled): Caller[] {
  const now = monotonic.now();
  const where = new Map([...rooms(bus)].flatMap(([room, ids]) => ids.map((id) => [id, room] as const)));
  return [...impulse.sessions.values()]
    .sort((one, other) => one.node - other.node)
    .map((info) => caller(info, where.get(info.id) ?? '', now));
}

const caller = (info: SessionInfo, where: string, now: number): Caller => ({
  node: info.node,
  session: info.id,
  handle: info.user?.handle ?? null,
  address: info.address,
  openedAt: processClock.dateOf(info.openedAt).toISOString(),
  onLineMs: now - info.openedAt,
  idleMs: now - info.lastInputAt,
  state: info.state,
  where,
  bytesIn: info.bytesIn,
  bytesOut: info.bytesOut,
});

/** The board in figures and who is on line: soon after subscribing, and then each second. Never completes. */
export function view$(board: Controlled): Observable<View> {
  return lateness().pipe(
    map((lateMs) => {
      const { lines, ...counts } = board.tally();
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
        callers: callers(board).slice(0, MOST_VIEWED),
      };
    }),
  );
}
