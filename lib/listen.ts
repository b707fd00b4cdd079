import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';

/** A port that is listened on. */
export interface Listening {
  readonly address: AddressInfo;
  /** Those who call, from the moment of subscribing on; whoever came before is hung up on. Unsubscribing closes the port. */
  readonly socket$: Observable<Socket>;
}

/** How long a quiet line may be before the kernel asks whether the other end is still there. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Listens on a TCP port. Emits once, when it does; completes when the port is closed and the last line that
 * came in through it is gone. Errors with the system's error if it can't listen. Unsubscribing closes the port,
 * or cancels the attempt; lines that are open stay open.
 *
 * @param port 0 takes any free one.
 */
export function listen({ host, port }: { host: string; port: number }): Observable<Listening> {
  return new Observable((subscriber) => {
    const sockets = new Subject<Socket>();
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    const close = () => {
      if (server.listening) server.close();
    };
    server.on('connection', (socket) => {
      if (sockets.observed) sockets.next(socket);
      else socket.destroy();
    });
    server.on('error', (error) => {
      // Once it listens, an error is about one caller who could not be let in.
      if (!server.listening) subscriber.error(error);
    });
    server.on('close', () => subscriber.complete());
    server.listen({ host, port }, () => {
      if (subscriber.closed) return close();
      const socket$ = new Observable<Socket>((caller) => {
        caller.add(sockets.subscribe(caller));
        caller.add(close);
      });
      subscriber.next({ address: server.address() as AddressInfo, socket$ });
    });
    return close;
  });
}
