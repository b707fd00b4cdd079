import { Socket, type SocketConstructorOpts } from 'node:net';
import { Readable } from 'node:stream';

/**
 * Has a socket that was accepted read into memory that all such sockets share, and emit `'data'` from there: memory
 * of its own for each packet is a fifth of what a line costs. The bytes are good until the listener returns. What comes
 * while the socket is paused waits in its own buffer, as ever. To be called before anything is read; pause such a socket
 * with {@link pauseInPlace}.
 *
 * Node has this as `onread`, but only for sockets that one makes oneself (https://nodejs.org/api/net.html). One that
 * was accepted is given what such a socket has; where this Node has nothing of the kind, nothing is changed.
 */
export function readInPlace(socket: Socket): void {
  const { _handle: handle } = socket as Accepted;
  if (!FIELDS || !handle?.useUserBuffer) return;
  for (const field of FIELDS) (socket as Accepted)[field] = (MODEL as Accepted)[field];
  handle.useUserBuffer(MEMORY);
}

/** As `socket.pause()`, which would stop a socket that reads in place from noticing that the other end hangs up. */
export function pauseInPlace(socket: Socket): void {
  // What only stands for a socket reads nothing in place.
  if (socket instanceof Readable) Readable.prototype.pause.call(socket);
  else (socket as Socket).pause();
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

const MODEL = new Socket({ onread: { buffer: MEMORY, callback: take } } as SocketConstructorOpts);

/** Where a socket has them; undefined where it has them elsewhere. */
const FIELDS = (() => {
  const fields = Object.getOwnPropertySymbols(MODEL).filter((field) =>
    [MEMORY, take].includes((MODEL as Accepted)[field] as never),
  );
  return fields.length === 2 ? fields : undefined;
})();
