import { firstValueFrom } from 'rxjs';
import { roomChannel } from '../../../../lib/apps/lobby/rooms.js';
import type { View } from '../../../../lib/operations/control/protocol.js';
import { type Controlled, callerOn, callers, view$ } from '../../../../lib/operations/control/views.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import { EMPTY_STATS } from '../../../../streams/events/stats.js';
import type { SessionInfo } from '../../../../streams/types/session.js';
import { someone } from '../../../support/lobby.js';

/** A board with this many callers, the last one on node 1, that counts the rows formatted. */
function crowded(count: number) {
  const counts = { rows: 0 };
  const bus = embeddedBus();
  const sessions = new Map<number, SessionInfo>();
  for (let id = 1; id <= count; id += 1) {
    const info = someone(id, `caller ${id}`, { node: count + 1 - id });
    const counted = Object.defineProperty(info, 'address', {
      get: () => {
        counts.rows += 1;
        return '192.0.2.1';
      },
    });
    sessions.set(id, counted);
    bus.enter(roomChannel('garden'), { callId: info.callId, handle: `caller ${id}` }).subscribe();
  }
  const board = { impulse: { sessions }, bus, closing: { leftMs: null }, stats: () => EMPTY_STATS };
  return { board: board as unknown as Controlled, counts };
}

describe("the sysop's views", () => {
  it('list all callers, by node', () => {
    const { board } = crowded(300);
    const nodes = callers(board).map(({ node }) => node);
    expect(nodes).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('list only the lowest nodes, and format no others', async () => {
    jasmine.clock().install();
    try {
      const { board, counts } = crowded(1000);
      const view: Promise<View> = firstValueFrom(view$(board));
      jasmine.clock().tick(200);
      const shown = (await view).callers;
      expect(shown.map(({ node }) => node)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      expect(new Set(shown.map(({ where }) => where))).toEqual(new Set(['garden']));
      expect(counts.rows).toBe(200);
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('find the caller on a node', () => {
    const { board, counts } = crowded(1000);
    expect(callerOn(board, 1)).toEqual(jasmine.objectContaining({ node: 1, session: 1000, where: 'garden' }));
    expect(callerOn(board, 1001)).toBeUndefined();
    expect(counts.rows).toBe(1);
  });
});
