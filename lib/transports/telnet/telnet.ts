import type { Socket } from 'node:net';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import type { Status } from './board-options.js';
import { SocketConnection } from './socket-connection.js';
import type { TelnetConnection } from './telnet-connection.js';

/** The errors of a connection whose peer vanished. */
const LOST = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/**
 * Speaks telnet on a socket. `input$` emits what the caller types, without telnet commands. Output is encoded
 * for the terminal and escaped, and `\n` in text becomes CR LF. Options are offered at the first subscription
 * to `input$`, so that a refused caller gets no negotiation. `input$` takes one subscriber at a time. Without
 * one nothing is read, and nothing is lost.
 *
 * @param status Returns the status for crawlers (MSSP).
 * @param address The caller's address, if it isn't the peer's.
 */
export function telnet(
  socket: Socket,
  status: Status = () => ({}),
  address = unmapped(socket.remoteAddress ?? ''),
): TelnetConnection {
  const connection = new SocketConnection(socket, status, address);
  (socket as ConnectedSocket)[CONNECTION] = connection;
  // Don't read before there is a subscriber.
  socket.pause();
  socket.on('error', onError);
  socket.on('end', onEnd);
  socket.on('close', onClose);
  socket.on('data', onData);
  return connection;
}

/**
 * The key under which a socket holds its connection. It lets all connections share their listeners; closures
 * would weigh half as much as a connection.
 */
const CONNECTION = Symbol('connection');
interface ConnectedSocket extends Socket {
  [CONNECTION]: SocketConnection;
}

function onData(this: ConnectedSocket, chunk: Uint8Array): void {
  this[CONNECTION].read(chunk);
}
function onEnd(this: ConnectedSocket): void {
  this[CONNECTION].hangUp();
}
function onClose(this: ConnectedSocket): void {
  this[CONNECTION].goAway();
}
// A reset counts as a hang-up: 'close' follows.
function onError(this: ConnectedSocket, { code = '' }: NodeJS.ErrnoException): void {
  if (LOST.has(code)) this[CONNECTION].lose();
}
