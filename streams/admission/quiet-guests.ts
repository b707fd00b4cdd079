import type { Connection } from '../types/connection.js';

/** The number of guests checked per count, so that the cost doesn't grow with the board. */
export const MAX_CHECKS = 16;

/** Guests who have sent only a line with their handle, as a bot could. */
export interface QuietGuests {
  /** Adds a guest who has logged in. */
  add(connection: Connection): void;
  /** Removes a guest who has left; does nothing for other callers. */
  delete(connection: Connection): void;
  /** The number of quiet guests. Checks {@link MAX_CHECKS} of them in turn, so it may be too high for a while. */
  count(): number;
}

/** Keeps the guests who have sent nothing since the login, and whose clients answer no telnet negotiation. */
export function quietGuests(): QuietGuests {
  /** With the bytes received at the login. */
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
      let left = Math.min(MAX_CHECKS, quiet.size);
      for (const [connection, bytesIn] of quiet) {
        if (left === 0) break;
        left -= 1;
        quiet.delete(connection);
        // Moved to the end, so that others are checked next.
        if (isQuiet(connection, bytesIn)) quiet.set(connection, bytesIn);
      }
      return quiet.size;
    },
  };
}
