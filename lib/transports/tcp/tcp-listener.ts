import type { Socket } from 'node:net';
import { catchError, map, type Observable } from 'rxjs';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import { ListenError } from '../../errors.js';
import { messageOf } from '../../text/message-of.js';
import type { Listener } from '../listener.js';
import { listen } from './listen.js';

/** What a TCP listener opens, and what it makes of each socket. */
export interface TcpListenerOptions {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
  readonly fd?: number | undefined;
  /** See {@link listen}. */
  readonly silenceMs: number | null;
  /** See {@link listen}. */
  readonly isCheap?: boolean;
  readonly connect: (socket$: Observable<Socket>) => Observable<ConnectionAttempt>;
}

/** Listens on a TCP port. Errors with a {@link ListenError} if it can't. */
export function tcpListener({ transport, connect, ...options }: TcpListenerOptions): Listener {
  const { host, port, fd } = options;
  return listen(options).pipe(
    map(({ address, socket$ }) => ({
      transport,
      address,
      connection$: connect(socket$),
      // The system has only lent an inherited socket.
      again$:
        fd === undefined
          ? tcpListener({ ...options, transport, connect, host: address.address, port: address.port })
          : undefined,
    })),
    catchError((cause) => {
      const where = fd === undefined ? `${host} port ${port}` : `the inherited socket ${fd}`;
      const message = `the board can't listen on ${where}: ${messageOf(cause)}`;
      throw new ListenError(message, { code: cause.code ?? 'UNKNOWN', host, port, cause });
    }),
  );
}
