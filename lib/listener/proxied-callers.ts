import type { Socket } from 'node:net';
import { defer, finalize, mergeMap, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { type ProxiedCaller, type ProxyRefused, proxied } from './proxied.js';

/** Connections that may wait for their header at once. The system's own queue of new connections is half as long. */
export const MAX_AWAITED_HEADERS = 1024;

/**
 * Finds out who is calling, for each connection that comes in through a proxy: see {@link proxied}. While so many of them
 * wait for their header, one more is refused at once (`too many`). Emits in the order in which the headers are complete.
 *
 * @param maxAwaited Connections that may wait at once.
 */
export function proxiedCallers({
  trusted,
  scheduler,
  maxAwaited = MAX_AWAITED_HEADERS,
}: {
  trusted: (address: string) => boolean;
  scheduler: SchedulerLike;
  maxAwaited?: number;
}): OperatorFunction<Socket, ProxiedCaller | ProxyRefused> {
  return (socket$) =>
    defer(() => {
      let awaited = 0;
      return socket$.pipe(
        mergeMap((socket) => {
          const hasRoom = awaited < maxAwaited;
          awaited += 1;
          return proxied(socket, { trusted, scheduler, hasRoom }).pipe(
            finalize(() => {
              awaited -= 1;
            }),
          );
        }),
      );
    });
}
