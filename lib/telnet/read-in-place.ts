import { Socket, type SocketConstructorOpts } from 'node:net';
import { Readable } from 'node:stream';

/**
 * Has a socket that was accepted read into memory that all such sockets share, and emit `'data'` from there: memory
 * of its own for each packet is a fifth of what a line costs. The bytes are good until the listener returns. What comes
 * while the socket is paused waits in its own buffer, as ever. To be called before anything is read.
 *
 * Node has this as `onread`, but only for sockets that one makes oneself (https://nodejs.org/api/net.html). One that
 * was accepted is given what such a socket has; where this Node has nothing of the kind, nothing is changed.
 */
export function readInPlace(socket: Socket): void {
  const accepted = socket as Accepted;
  if (FIELDS.length !== 2 || !accepted._handle?.useUserBuffer) return;
  for (const field of FIELDS) accepted[field] = MODEL[field];
  // With such fields a socket's own way to pause is not to read at all, and a hang-up goes unnoticed.
  socket.pause = Readable.prototype.pause as () => Socket;
  accepted._handle.useUserBuffer(MEMORY);
}

interface Accepted extends Socket {
  _handle?: { useUserBuffer?: (memory: Uint8Array) => void } | null;
  [field: symbol]: unknown;
}

/** What Node reads at most at a time. */
const MEMORY = Buffer.allocUnsafeSlow(64 * 1024);

function take(this: Socket, length: number): boolean {
  const bytes = MEMORY.subarray(0, length);
  if (this.isPaused() || this.readableLength > 0) return this.push(Buffer.from(bytes));
  this.emit('data', bytes);
  return true;
}

const MODEL = new Socket({ onread: { buffer: MEMORY, callback: take } } as SocketConstructorOpts) as Accepted;

/** Where a socket has the two of them; fewer, where this Node has them elsewhere. */
const FIELDS = Object.getOwnPropertySymbols(MODEL).filter(
  (field) => MODEL[field] === MEMORY || MODEL[field] === take,
);
