import type { Duplex } from 'node:stream';
import type { SocketConnection } from './socket-connection.js';

/** The errors of a connection whose peer vanished. */
const LOST = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** Returns whether an error with this code says that the peer vanished. */
export const isLost = (code: string): boolean => LOST.has(code);

/** Gives a connection what its stream of Node emits. Nothing is read before the connection has a subscriber. */
export function listenTo(stream: Duplex, connection: SocketConnection): void {
  (stream as Connected)[CONNECTION] = connection;
  stream.pause();
  stream.on('error', onError);
  stream.on('end', onEnd);
  stream.on('close', onClose);
  stream.on('data', onData);
}

/**
 * The key under which a stream holds its connection. It lets all connections share their listeners; closures
 * would weigh half as much as a connection.
 */
const CONNECTION = Symbol('connection');
interface Connected extends Duplex {
  [CONNECTION]: SocketConnection;
}

function onData(this: Connected, chunk: Uint8Array): void {
  this[CONNECTION].read(chunk);
}
function onEnd(this: Connected): void {
  this[CONNECTION].hangUp();
}
function onClose(this: Connected): void {
  this[CONNECTION].goAway();
}
// A reset counts as a hang-up: 'close' follows.
function onError(this: Connected, { code = '' }: NodeJS.ErrnoException): void {
  if (isLost(code)) this[CONNECTION].lose();
}
