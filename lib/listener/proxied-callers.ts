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

/** A connection about which {@link proxied}'s `trusted` threw; it was hung up on. */
export interface ProxyFailed {
  readonly kind: 'failed';
  readonly socket: Socket;
  /** The peer's own address. */
  readonly address: string;
  /** What was thrown. */
  readonly error: unknown;
}

/** Connections that may wait for their header at once. The system's own queue of new connections is half as long. */
export const MAX_AWAITED_HEADERS = 1024;

/**
 * Finds out who is calling, for each connection that comes in through a proxy: see {@link proxied}. While so many of them
 * wait for their header, one more is refused at once (`too many`). Emits in the order in which the headers are complete. What
 * `trusted` throws is emitted for the one connection that it was asked about.
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
}): OperatorFunction<Socket, ProxiedCaller | ProxyRefused | ProxyFailed> {
  return (socket$) =>
    defer(() => {
      let awaited = 0;
      return socket$.pipe(
        mergeMap((socket) => {
          const hasRoom = awaited < maxAwaited;
          awaited += 1;
          // The system forgets it when the socket is closed.
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
