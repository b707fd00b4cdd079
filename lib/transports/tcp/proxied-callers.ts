import type { Socket } from 'node:net';
import {
  catchError,
  defer,
  finalize,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  type SchedulerLike,
} from 'rxjs';
import { type ProxiedCaller, type ProxyRefused, proxied } from './proxied.js';

/** A connection that was closed because {@link proxied}'s `trusted` threw. */
export interface ProxyFailed {
  readonly kind: 'failed';
  readonly socket: Socket;
  /** The address of the peer. */
  readonly address: string;
  /** The error that was thrown. */
  readonly error: unknown;
}

/**
 * The most connections that may wait for their header. The system's queue of new connections is half as long.
 */
export const MAX_AWAITED_HEADERS = 1024;

/**
 * Determines the caller of each connection that comes through a proxy; see {@link proxied}. When too many
 * connections wait for their header, further ones are refused at once (`too many`). Emits in the order in
 * which the headers are complete. An error thrown by `trusted` is emitted for the connection it was called
 * for.
 *
 * @param maxAwaited The most connections that may wait.
 */
export function proxiedCallers({
  trusted,
  scheduler,
  maxAwaited = MAX_AWAITED_HEADERS,
}: {
  trusted: (address: string) => boolean;
  scheduler: SchedulerLike;
  maxAwaited?: number;
}): OperatorFunction<Socket, ProxiedCaller | ProxyRefused | ProxyFailed> {
  return (socket$) =>
    defer(() => {
      let awaited = 0;
      return socket$.pipe(
        mergeMap((socket) => {
          const hasRoom = awaited < maxAwaited;
          awaited += 1;
          // Read now, since a closed socket has no address.
          const address = socket.remoteAddress ?? '';
          return proxied(socket, { trusted, scheduler, hasRoom }).pipe(
            catchError((error): Observable<ProxyFailed> => of({ kind: 'failed', socket, address, error })),
            finalize(() => {
              awaited -= 1;
            }),
          );
        }),
      );
    });
}
