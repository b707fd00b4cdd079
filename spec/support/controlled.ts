import type { Caller, Figures, View } from '../../lib/operations/control/protocol.js';
import { EMPTY_STATS } from '../../streams/events/stats.js';

/** A caller in the sysop's view: on line for a minute, in the lobby. */
export const caller = (node: number, handle: string | null, more: Partial<Caller> = {}): Caller => ({
  node,
  session: node,
  handle,
  address: '203.0.113.7',
  transport: 'telnet',
  openedAt: '2026-11-22T12:00:00.000Z',
  onLineMs: 60_000,
  idleMs: 0,
  state: 'active',
  where: 'lobby',
  bytesIn: 0,
  bytesOut: 0,
  ...more,
});

const { lines, ...NOTHING } = EMPTY_STATS;

/** The figures of a board that has been open for an hour without callers. */
export const figures = (more: Partial<Figures> = {}): Figures => ({
  ...NOTHING,
  phase: 'open',
  closesInMs: null,
  uptimeMs: 3_600_000,
  memoryBytes: 80 * 1024 ** 2,
  lateMs: 0.5,
  ...more,
});

/** A view of such a board, this many seconds after noon, with these callers. */
export const view = (second: number, more: Partial<Figures> = {}, callers: Caller[] = []): View => ({
  time: new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString(),
  figures: figures({ onLine: callers.length, uptimeMs: 3_600_000 + 1000 * second, ...more }),
  callers,
});
