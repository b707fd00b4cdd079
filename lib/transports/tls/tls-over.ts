import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import type { Status } from '../status.js';
import { BoardOptions } from '../telnet/board-options.js';
import { listenTo } from '../telnet/listen-to.js';
import { SocketConnection } from '../telnet/socket-connection.js';
import type { TelnetConnection } from '../telnet/telnet-connection.js';

/** The rules that are about the address. A caller they refuse isn't worth a handshake. */
const NOT_WORTH_A_HANDSHAKE: ReadonlySet<RefusalReason> = new Set([
  'blocked',
  'rate',
  'address',
  'penalty',
  'proxy',
]);

/**
 * Speaks telnet over TLS on a socket. The connection exists before the handshake, which begins when the caller
 * is admitted, waits, or is told that the board is full. A caller who is refused for the address gets no
 * handshake.
 */
export function tlsOver(
  socket: Socket,
  address: string,
  secureContext: SecureContext,
  status: Status = () => ({}),
): TelnetConnection {
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  const connection = new TlsConnection(secure, {
    address,
    transport: 'tls',
    protocol: (delegate) => new BoardOptions(delegate, status),
  });
  // First, since the listener of a lost peer closes the connection.
  secure.on('error', ({ message }) => {
    // OpenSSL's words for the first bytes of a client that speaks something else.
    const [, protocol] = /(http) request|wrong version number|packet length too long/i.exec(message) ?? [
      null,
    ];
    if (protocol !== null) connection.fail(new SessionEnd('wrong-protocol', protocol?.toLowerCase()));
  });
  listenTo(secure, connection);
  connection.recognise();
  return connection;
}

class TlsConnection extends SocketConnection {
  refuse(words: string, reason: RefusalReason): void {
    if (NOT_WORTH_A_HANDSHAKE.has(reason)) this.destroy();
    else this.write(words);
  }
}
