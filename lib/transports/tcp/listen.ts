import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';
import { accept } from './accept.js';

/** An open TCP port. */
export interface OpenPort {
  readonly address: AddressInfo;
  /**
   * The connections, from subscription on. Earlier ones are closed. Each has an address. Unsubscribing closes
   * the port.
   */
  readonly socket$: Observable<Socket>;
}

/** The longest keepalive time that Linux accepts: MAX_TCP_KEEPIDLE. */
const MAX_KERNEL_WAITS_MS = 32_767_000;

/** How long the kernel probes a peer that doesn't answer, once a second (libuv's choice). */
const KERNEL_ASKS_MS = 10_000;

/**
 * Listens on a TCP port, or on an inherited socket that listens already. Emits once it listens. Completes
 * when the port is closed and the last connection is gone. Errors with the system's error if it can't listen.
 * Unsubscribing closes the port, or cancels the attempt; open connections stay open.
 *
 * @param port 0 takes any free port.
 * @param fd The descriptor of a TCP socket to listen on, instead of host and port.
 * @param isCheap Whether sockets are made in the cheaper way of {@link accept}. They are for one listener to
 *   `'data'`; nothing else may read from them.
 * @param silenceMs The silence after which TCP keepalive fails a connection whose peer is gone: at least 11
 *   seconds. `null` waits forever.
 */
export function listen({
  host,
  port,
  fd,
  silenceMs = null,
  isCheap = true,
}: {
  host: string;
  port: number;
  fd?: number | undefined;
  silenceMs?: number | null;
  isCheap?: boolean;
}): Observable<OpenPort> {
  return new Observable((subscriber) => {
    const sockets = new Subject<Socket>();
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: silenceMs !== null,
      keepAliveInitialDelay: Math.min(Math.max(1000, (silenceMs ?? 0) - KERNEL_ASKS_MS), MAX_KERNEL_WAITS_MS),
    });
    const close = () => {
      if (server.listening) server.close();
    };
    server.on('connection', (socket) => {
      // A connection that was reset before we accepted it has no address.
      if (sockets.observed && socket.remoteAddress !== undefined) sockets.next(socket);
      else socket.destroy();
    });
    server.on('error', (error) => {
      // While listening, an error is about one connection that could not be accepted.
      if (!server.listening) subscriber.error(error);
    });
    server.on('close', () => subscriber.complete());
    server.listen(fd === undefined ? { host, port } : { fd }, () => {
      if (subscriber.closed) return close();
      if (isCheap) accept(server);
      const address = server.address();
      if (address === null || typeof address === 'string') {
        close();
        return subscriber.error(Object.assign(new Error('it is no TCP socket'), { code: 'ENOTSOCK' }));
      }
      const socket$ = new Observable<Socket>((caller) => {
        caller.add(sockets.subscribe(caller));
        caller.add(close);
      });
      subscriber.next({ address, socket$ });
    });
    return close;
  });
}
