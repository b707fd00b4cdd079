import { EventEmitter } from 'node:events';

/** What the stream's owner does with what ssh2 asks of its socket. */
export interface SshStreamDelegate {
  /** ssh2 is ready to read. */
  ready(): void;
  /** Sends bytes. */
  send(bytes: Uint8Array): void;
  /** ssh2 wants no more of this client. */
  over(): void;
}

/**
 * Stands for the socket in ssh2. Its owner decides what ssh2 reads, and when; it sees what ssh2 writes, and the
 * errors of a client don't leave {@link SshStream.push}.
 */
export class SshStream extends EventEmitter {
  /** ssh2 writes while this is true, and the readable side hasn't ended. */
  writable = true;
  readonly _readableState = { ended: false };
  readonly #delegate: SshStreamDelegate;

  constructor(delegate: SshStreamDelegate) {
    super();
    this.#delegate = delegate;
  }

  /** Gives ssh2 bytes of the client. Returns the error if that throws. */
  push(bytes: Uint8Array): unknown {
    try {
      this.emit('data', bytes);
      return undefined;
    } catch (error) {
      return error ?? new Error('ssh2 failed');
    }
  }
  /** The connection is gone: ssh2 frees what it has of the client. */
  close(): void {
    if (this._readableState.ended) return;
    this.writable = false;
    this._readableState.ended = true;
    for (const event of ['end', 'close'])
      try {
        this.emit(event);
      } catch {
        // The client is gone; there is no one to tell.
      }
    this.removeAllListeners();
  }

  // Called by ssh2.
  write(bytes: Uint8Array): void {
    this.#delegate.send(bytes);
  }
  end(): void {
    this.#delegate.over();
  }
  pause(): void {}
  resume(): void {
    this.#delegate.ready();
  }
}
