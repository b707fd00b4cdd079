import type { Duplex } from 'node:stream';
import { UNKNOWN_TERMINAL } from '../../streams/terminal/unknown-terminal.js';
import type { Connection, Terminal } from '../../streams/types/connection.js';
import { PLAIN } from './protocol.js';
import { listenTo } from './telnet/listen-to.js';
import { SocketConnection } from './telnet/socket-connection.js';
import type { Wire } from './wire.js';

/** A stream of bytes both ways: a `Duplex` of Node, such as a socket, an SSH channel, or a WebSocket's stream. */
export interface ByteStream {
  /** Whether it is gone. */
  readonly closed: boolean;
  /** Whether it takes output. */
  readonly writable: boolean;
  /** The bytes that were written and not taken by the layer below. */
  readonly writableLength: number;
  /** Calls the listener with what the caller sends. */
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  /** Calls the listener when the caller has hung up, or when all is over. */
  on(event: 'end' | 'close', listener: () => void): unknown;
  /** Calls the listener when the stream fails; `close` follows. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Sends bytes, and calls `sent` when they were taken by the layer below. */
  write(bytes: Uint8Array, sent?: () => void): unknown;
  /** Stops reading. */
  pause(): unknown;
  /** Reads again. */
  resume(): unknown;
  /** Sends what was written, then the end. */
  end(): unknown;
  /** Cuts it. */
  destroy(): unknown;
}

/** What a transport knows of a caller. */
export interface StreamConnectionOptions {
  /** The caller's IPv4 or IPv6 address. Limits count it. */
  readonly address: string;
  /** See {@link Connection.transport}. None by default. */
  readonly transport?: string | undefined;
  /** The caller's terminal. By default 80 columns, 24 rows, UTF-8, no colours, and the client echoes. */
  readonly terminal?: Partial<Terminal> | undefined;
}

/** A connection over a stream, and what its transport tells it. */
export interface StreamConnection extends Connection {
  /** The caller's window has this size now. 0 columns or rows mean that the client doesn't know. */
  resize(columns: number, rows: number): void;
}

/**
 * Makes a connection of a stream that carries the terminal's bytes and nothing else. `\n` in text becomes CR LF,
 * text is encoded for the terminal, and output that the stream hasn't taken is the backlog. Errors of the stream
 * are a hang-up; `ETIMEDOUT` and the like are a lost caller.
 *
 * @example
 * ```ts
 * import { createSessionManager, lobby, streamConnection } from 'impulse-bbs';
 * import { Subject } from 'rxjs';
 * import type { Connection } from 'impulse-bbs';
 *
 * const connection$ = new Subject<Connection>();
 * createSessionManager({ app: lobby() }).run(connection$).subscribe((event) => console.log(event.type));
 * ```
 */
export function streamConnection(
  stream: ByteStream,
  { address, transport, terminal }: StreamConnectionOptions,
): StreamConnection {
  const connection = new SocketConnection(new StreamWire(stream), {
    address,
    transport,
    terminal: { ...UNKNOWN_TERMINAL, ...terminal },
    protocol: () => PLAIN,
  });
  listenTo(stream as Duplex, connection);
  return connection;
}

/** Counts what is written to a stream. A class, since every connection has one. */
class StreamWire implements Wire {
  bytesWritten = 0;
  readonly #stream: ByteStream;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }
  get closed(): boolean {
    return this.#stream.closed;
  }
  get writable(): boolean {
    return this.#stream.writable;
  }
  get writableLength(): number {
    return this.#stream.writableLength;
  }
  write(output: string | Uint8Array, more?: 'utf8' | 'latin1' | (() => void)): void {
    const bytes =
      typeof output === 'string' ? Buffer.from(output, typeof more === 'string' ? more : 'latin1') : output;
    this.bytesWritten += bytes.length;
    this.#stream.write(bytes, typeof more === 'function' ? more : undefined);
  }
  pause(): void {
    this.#stream.pause();
  }
  resume(): void {
    this.#stream.resume();
  }
  end(): void {
    this.#stream.end();
  }
  destroy(): void {
    this.#stream.destroy();
  }
}
