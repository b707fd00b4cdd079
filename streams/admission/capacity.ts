import type { Connection } from '../types/connection.js';
import type { Limits } from '../types/limits.js';
import { nodeNumbers } from './node-numbers.js';
import { quietGuests } from './quiet-guests.js';

/** The limits of the nodes. They are read at each decision, so they may change. */
export type NodeLimits = Pick<Limits, 'maxSessions' | 'reserve' | 'maxUnauthenticated'>;

/** The nodes, and the number of callers who have one. */
export interface Capacity {
  /** Whether a caller may have a node now. */
  hasRoom(isTrusted: boolean): boolean;
  /** Takes the lowest free node, and returns its number. */
  takeNode(isTrusted: boolean): number;
  /** Frees a node. If the caller counts as unauthenticated, also call {@link Capacity.loggedIn}. */
  freeNode(node: number, connection: Connection): void;
  /** A caller who isn't trusted no longer counts as unauthenticated. */
  loggedIn(): void;
  /** The same for a guest, who still counts for early drop until more input follows the handle. */
  loggedInAsGuest(connection: Connection): void;
  /** The number of callers who count for early drop. */
  countForEarlyDrop(): number;
}

/** Counts the callers who have a node. */
export function capacity(limits: NodeLimits): Capacity {
  const numbers = nodeNumbers();
  const quiet = quietGuests();
  let taken = 0;
  let unauthenticated = 0;
  const loggedIn = () => {
    unauthenticated -= 1;
  };
  return {
    hasRoom(isTrusted) {
      const nodes = limits.maxSessions - (isTrusted ? 0 : limits.reserve);
      const max = limits.maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY;
      return taken < nodes && (isTrusted || unauthenticated < max);
    },
    takeNode(isTrusted) {
      taken += 1;
      if (!isTrusted) unauthenticated += 1;
      return numbers.take();
    },
    freeNode(node, connection) {
      taken -= 1;
      quiet.delete(connection);
      numbers.free(node);
    },
    loggedIn,
    loggedInAsGuest(connection) {
      if (limits.maxUnauthenticated) quiet.add(connection);
      loggedIn();
    },
    countForEarlyDrop: () => unauthenticated + quiet.count(),
  };
}
