/**
 * What a connection needs of the stream that carries it. A socket of Node is one, and so is a TLS socket, an
 * SSH channel, or what stands for a WebSocket.
 */
export interface Wire {
  /** Whether it is gone. */
  readonly closed: boolean;
  /** Whether it still takes output. */
  readonly writable: boolean;
  /** The bytes that were written and not taken by the layer below. */
  readonly writableLength: number;
  /** All bytes written so far. */
  readonly bytesWritten: number;
  /** Writes text or bytes. */
  write(text: string, encoding: 'utf8' | 'latin1'): unknown;
  /** Writes bytes. Calls `sent` when they are taken by the layer below, or the stream is gone. */
  write(bytes: Uint8Array | string, sent?: () => void): unknown;
  /** Stops reading. */
  pause(): unknown;
  /** Reads again. */
  resume(): unknown;
  /** Sends what was written, then the end. */
  end(): unknown;
  /** Cuts the stream. */
  destroy(): unknown;
}
