import type { Connection } from '../types/connection.js';

/** Guests that are looked at for each question: a newcomer must not cost more on a larger board. */
export const LOOKS = 16;

/** Guests of whom no more is known than the line with their handle, which is all that a bot needs to send. */
export interface QuietGuests {
  /** Somebody has logged in as a guest. */
  add(connection: Connection): void;
  /** Somebody has left; does nothing if they weren't quiet. */
  delete(connection: Connection): void;
  /** How many there are. Looks at {@link LOOKS} of them, in turn, so that it may be too high for a while. */
  count(): number;
}

/** Keeps the guests who have sent nothing since they logged in, and whose clients answered no question of telnet's. */
export function quietGuests(): QuietGuests {
  /** With the bytes that had come of each. */
  const quiet = new Map<Connection, number>();
  const isQuiet = (connection: Connection, bytesIn: number) =>
    !connection.answers && connection.bytesIn === bytesIn;
  return {
    add(connection) {
      if (!connection.answers) quiet.set(connection, connection.bytesIn);
    },
    delete(connection) {
      quiet.delete(connection);
    },
    count() {
      let looks = Math.min(LOOKS, quiet.size);
      for (const [connection, bytesIn] of quiet) {
        if (looks === 0) break;
        looks -= 1;
        quiet.delete(connection);
        // To the end, so that others are looked at next.
        if (isQuiet(connection, bytesIn)) quiet.set(connection, bytesIn);
      }
      return quiet.size;
    },
  };
}
