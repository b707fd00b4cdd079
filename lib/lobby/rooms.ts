import type { Bus, SessionId } from '../../streams/types.js';

/** The room that a caller comes into. */
export const FIRST_ROOM = 'lobby';

const PREFIX = 'room ';

/** The channel of a room. */
export const roomChannel = (room: string): string => `${PREFIX}${room}`;

/** Rooms that somebody is in, and who. */
export function rooms(bus: Bus): ReadonlyMap<string, readonly SessionId[]> {
  const found = [...bus.present()].filter(([channel]) => channel.startsWith(PREFIX));
  return new Map(
    found.map(([channel, visitors]) => [
      channel.slice(PREFIX.length),
      visitors.map(({ session }) => session),
    ]),
  );
}
