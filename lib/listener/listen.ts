import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';
import { accept } from './accept.js';

/** A port that is listened on. */
export interface Listening {
  readonly address: AddressInfo;
  /**
   * Those who call, from the moment of subscribing on; whoever came before is hung up on. Each has an address. Unsubscribing
   * closes the port.
   */
  readonly socket$: Observable<Socket>;
}

/** The longest silence after which the kernel can be told to ask: MAX_TCP_KEEPIDLE of Linux. What is longer, it refuses. */
const MAX_KERNEL_WAITS_MS = 32_767_000;

/** How long the kernel goes on asking, once a second, an other end that doesn't answer (libuv's choice). */
const KERNEL_ASKS_MS = 10_000;

/**
 * Listens on a TCP port, or on a socket that does already. Emits once, when it does; completes when the port is closed
 * and the last line that came in through it is gone. Errors with the system's error if it can't listen. Unsubscribing
 * closes the port, or cancels the attempt; lines that are open stay open.
 *
 * @param port 0 takes any free one.
 * @param fd The descriptor of a TCP socket to listen on, instead of host and port.
 * @param silenceMs A line whose other end is there no more fails after so much silence, by TCP's keepalive: after 11 seconds at
 *   the earliest. `null` waits for ever.
 */
export function listen({
  host,
  port,
  fd,
  silenceMs = null,
}: {
  host: string;
  port: number;
  fd?: number | undefined;
  silenceMs?: number | null;
}): Observable<Listening> {
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
      // A caller who reset the line before we looked has no address any more.
      if (sockets.observed && socket.remoteAddress !== undefined) sockets.next(socket);
      else socket.destroy();
    });
    server.on('error', (error) => {
      // Once it listens, an error is about one caller who could not be let in.
      if (!server.listening) subscriber.error(error);
    });
    server.on('close', () => subscriber.complete());
    server.listen(fd === undefined ? { host, port } : { fd }, () => {
      if (subscriber.closed) return close();
      accept(server);
      const address = server.address();
      if (address === null || typeof address === 'string') {
        close();
        return subscriber.error(new Error('it is no TCP socket'));
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
