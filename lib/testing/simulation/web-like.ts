import type { Socket } from 'node:net';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { PLAIN } from '../../transports/protocol.js';
import { listenTo } from '../../transports/telnet/listen-to.js';
import { SocketConnection } from '../../transports/telnet/socket-connection.js';

/**
 * Makes a connection like those of a page or of SSH: it carries the terminal's bytes and no telnet, its terminal is
 * known, and a caller who is refused for the address isn't told why.
 */
export function webLike(socket: Socket): SocketConnection {
  const connection = new WebLikeConnection(socket, {
    address: socket.remoteAddress ?? '',
    transport: 'web',
    terminal: TERMINAL,
    protocol: () => PLAIN,
  });
  listenTo(socket, connection);
  return connection;
}

const TERMINAL = {
  columns: 100,
  rows: 30,
  echo: true,
  type: 'xterm',
  encoding: 'utf-8',
  colours: true,
  cursor: true,
  links: true,
  screenReader: false,
  pcKeys: false,
} as const;

class WebLikeConnection extends SocketConnection {
  refuse(words: string, reason: RefusalReason): void {
    if (reason === 'full' || reason === 'draining') this.write(words);
    else this.destroy();
  }
}
