import type { Socket } from 'node:net';
import { map, type Observable, type SchedulerLike } from 'rxjs';
import { refused, refusedByError } from '../../../streams/admission/refused.js';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import type { Connection } from '../../../streams/types/connection.js';
import { proxiedCallers } from './proxied-callers.js';

/**
 * Makes a connection of each socket. With `proxyFrom`, each must come from a trusted proxy and begin with a
 * PROXY header; the others become refused connections. See {@link proxiedCallers}.
 *
 * @param connect Makes the connection. Called synchronously, with the caller's address.
 */
export function arrivals<C extends Connection>(
  socket$: Observable<Socket>,
  proxyFrom: ((address: string) => boolean) | undefined,
  scheduler: SchedulerLike,
  connect: (socket: Socket, address: string) => C,
): Observable<ConnectionAttempt> {
  if (!proxyFrom) return socket$.pipe(map((socket) => connect(socket, unmapped(socket.remoteAddress ?? ''))));
  return socket$.pipe(
    proxiedCallers({ trusted: proxyFrom, scheduler }),
    map((arrived) => {
      const connection = connect(arrived.socket, arrived.address);
      if (arrived.kind === 'failed') return refusedByError(connection, arrived.error);
      return arrived.kind === 'caller' ? connection : refused(connection, 'proxy', undefined, arrived.why);
    }),
  );
}
