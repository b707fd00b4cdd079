import type { Socket } from 'node:net';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import type { Status } from '../status.js';
import { BoardOptions } from './board-options.js';
import { listenTo } from './listen-to.js';
import { SocketConnection } from './socket-connection.js';
import type { TelnetConnection } from './telnet-connection.js';

/**
 * Speaks telnet on a socket. `input$` emits what the caller types, without telnet commands. Output is encoded
 * for the terminal and escaped, and `\n` in text becomes CR LF. Options are offered at the first subscription
 * to `input$`, so that a refused caller gets no negotiation. `input$` takes one subscriber at a time. Without
 * one nothing is read, and nothing is lost.
 *
 * @param status Returns the status for crawlers (MSSP).
 * @param address The caller's address, if it isn't the peer's.
 */
export function telnetOver(
  socket: Socket,
  status: Status = () => ({}),
  address = unmapped(socket.remoteAddress ?? ''),
): TelnetConnection {
  const connection = new SocketConnection(socket, {
    transport: 'telnet',
    address,
    protocol: (delegate) => new BoardOptions(delegate, status),
  });
  listenTo(socket, connection);
  return connection;
}
