import { channel } from 'node:diagnostics_channel';
import { type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { Readable } from 'node:stream';

/**
 * Makes a listening server create its callers' sockets in a cheaper way; the rest is Node's. A connection
 * costs a bare server a third less, and the garbage it leaves is collected by the next minor collection:
 *
 * - Node copies the options of an accepted socket and adds three to the copy. For each, V8 creates a new
 *   shape that lives until the next full collection. Our options have all fields from the start.
 * - All sockets read into one shared buffer, and emit `'data'` from there: a buffer for each packet would be
 *   a fifth of the cost of a line of input. The bytes are valid until the listener returns. Input during a
 *   pause is kept in the socket's own buffer, as usual. Node has this as `onread`
 *   (https://nodejs.org/api/net.html), but not for accepted sockets.
 * - `noDelay` and `keepAlive` are set once, on the listening socket; accepted ones inherit them (Stevens,
 *   UNIX Network Programming, 7.4), and on Linux the keepalive time too. Node makes up to five system calls
 *   for each.
 *
 * A full server (`maxConnections`) still emits `'drop'`, and a new socket is still published on the channel
 * `net.server.socket`.
 *
 * Nothing is changed if this version of Node accepts in another way, or if the environment says
 * `STOCK_SOCKETS=1`: that is for finding out whether a fault is ours or Node's.
 */
export function accept(server: Server): void {
  const accepting = server as Accepting;
  const listening = accepting._handle;
  const theirs = listening?.onconnection;
  if (!theirs || !listening.setNoDelay || !listening.setKeepAlive) return;
  if (typeof accepting._connections !== 'number' || process.env.STOCK_SOCKETS === '1') return;
  listening.setNoDelay(accepting.noDelay);
  listening.setKeepAlive(accepting.keepAlive, accepting.keepAliveInitialDelay);
  listening.onconnection = function (error, handle) {
    const isFull = accepting._connections >= (accepting.maxConnections ?? Number.POSITIVE_INFINITY);
    if (error || !handle || isFull) return theirs.call(this, error, handle);
    const socket = new Socket({
      handle,
      allowHalfOpen: accepting.allowHalfOpen,
      emitClose: false,
      autoDestroy: true,
      decodeStrings: false,
      onread: IN_PLACE,
    } as SocketConstructorOpts) as Accepted;
    // A socket with `onread` would stop reading during a pause and miss a hang-up.
    socket.pause = Readable.prototype.pause as () => Accepted;
    accepting._connections += 1;
    socket.server = socket._server = server;
    server.emit('connection', socket);
    if (published.hasSubscribers) published.publish({ socket });
  };
}

/** Node's own channel for accepted sockets (https://nodejs.org/api/diagnostics_channel.html). */
const published = channel('net.server.socket');

/** The internal fields of a listening server. */
interface Accepting extends Omit<Server, 'maxConnections'> {
  readonly maxConnections?: number | null;
  readonly allowHalfOpen: boolean;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** In seconds. */
  readonly keepAliveInitialDelay: number;
  _handle?: Listening | null;
  /** The number of its open sockets. Each one decrements it when it closes. */
  _connections: number;
}
interface Listening {
  onconnection?: (this: Listening, error: number, handle?: object) => void;
  setNoDelay?(on: boolean): void;
  setKeepAlive?(on: boolean, seconds: number): void;
}
interface Accepted extends Socket {
  server: Server;
  _server: Server;
}

/** As large as the largest read of Node. */
const MEMORY = Buffer.allocUnsafeSlow(64 * 1024);

function take(this: Socket, length: number): boolean {
  const bytes = MEMORY.subarray(0, length);
  if (this.isPaused() || this.readableLength > 0) return this.push(Buffer.from(bytes));
  this.emit('data', bytes);
  return true;
}

const IN_PLACE = { buffer: MEMORY, callback: take };
