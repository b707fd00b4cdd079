import type { Bus, Visitor } from '../../../streams/types/app.js';
import type { SessionInfo } from '../../../streams/types/session.js';

/** The room that a caller enters first. */
export const FIRST_ROOM = 'lobby';

const PREFIX = 'room ';

/** Returns the channel of a room. */
export const roomChannel = (room: string): string => `${PREFIX}${room}`;

/** Returns the rooms that aren't empty, with their visitors. */
export function rooms(bus: Bus): ReadonlyMap<string, ReadonlySet<Visitor>> {
  const found = new Map<string, ReadonlySet<Visitor>>();
  for (const [channel, visitors] of bus.present())
    if (channel.startsWith(PREFIX)) found.set(channel.slice(PREFIX.length), visitors);
  return found;
}

/** Returns the rooms of these sessions, by `callId`. */
export function roomsOf(bus: Bus, sessions: readonly SessionInfo[]): ReadonlyMap<string, string> {
  const asked = new Set(sessions.map(({ callId }) => callId));
  const where = new Map<string, string>();
  for (const [room, visitors] of rooms(bus))
    for (const { callId } of visitors) if (asked.has(callId)) where.set(callId, room);
  return where;
}
