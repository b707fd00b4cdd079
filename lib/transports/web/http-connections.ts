import type { Socket } from 'node:net';
import type { SchedulerLike, Subscription } from 'rxjs';

/** The most connections that may be without a WebSocket at a time. */
export const MAX_HTTP_CONNECTIONS = 512;
/** The most of them from one address, or one /64 of IPv6. A browser opens six. */
export const MAX_HTTP_PER_ADDRESS = 32;
/** How long a request may take, handshake of TLS included. */
export const REQUEST_MS = 10_000;
/** How long an answer may take. The largest is some 100 KiB. */
export const ANSWER_MS = 60_000;

interface Open {
  readonly key: string | undefined;
  deadline: Subscription;
}

/** The connections that have no WebSocket yet. */
export interface HttpConnections {
  /**
   * Adds a connection, and destroys it after {@link REQUEST_MS}. When there are too many, the oldest is destroyed:
   * a browser sends its request at once, so connections that send nothing can't keep it out.
   *
   * @param key What connections are counted by; left out for a trusted proxy, which has many callers behind it.
   */
  add(socket: Socket, key: string | undefined): void;
  /** The request is read: gives the connection the time of an answer from now on. */
  answering(socket: Socket): void;
  /** Bounds it no longer. Returns false if it isn't there. */
  remove(socket: Socket): boolean;
  /** Destroys all. */
  destroyAll(): void;
}

/** Bounds the connections that have no WebSocket yet, in number and in time. */
export function httpConnections(scheduler: SchedulerLike): HttpConnections {
  const all = new Map<Socket, Open>();
  const byKey = new Map<string, Set<Socket>>();
  const until = (socket: Socket, delayMs: number) => scheduler.schedule(() => socket.destroy(), delayMs);

  const remove = (socket: Socket) => {
    const open = all.get(socket);
    if (!open) return false;
    all.delete(socket);
    socket.off('close', onClose);
    open.deadline.unsubscribe();
    if (open.key === undefined) return true;
    const same = byKey.get(open.key);
    same?.delete(socket);
    if (same?.size === 0) byKey.delete(open.key);
    return true;
  };
  function onClose(this: Socket): void {
    remove(this);
  }
  const drop = (socket: Socket | undefined) => {
    if (!socket) return;
    remove(socket);
    socket.destroy();
  };
  return {
    add(socket, key) {
      const same = key === undefined ? undefined : byKey.get(key);
      if (same && same.size >= MAX_HTTP_PER_ADDRESS) drop(same.values().next().value);
      else if (all.size >= MAX_HTTP_CONNECTIONS) drop(all.keys().next().value);
      all.set(socket, { key, deadline: until(socket, REQUEST_MS) });
      if (key !== undefined) byKey.set(key, (byKey.get(key) ?? new Set()).add(socket));
      socket.on('error', ignore);
      socket.on('close', onClose);
    },
    answering(socket) {
      const open = all.get(socket);
      open?.deadline.unsubscribe();
      if (open) open.deadline = until(socket, ANSWER_MS);
    },
    remove,
    destroyAll() {
      for (const socket of [...all.keys()]) drop(socket);
    },
  };
}

// After a reset, 'close' follows.
function ignore(): void {}
