import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { SchedulerLike } from 'rxjs';

/** The bytes that two kernels buffer for a caller who doesn't read. */
const KERNEL_BYTES = 64 * 1024;

/** The properties of a connection. */
export interface SimulatedConnectionOptions {
  readonly address: string;
  /** The latency. */
  readonly latencyMs: number;
  /** How long the board's kernel keeps a connection whose peer has vanished; `null` forever. */
  readonly silenceMs: number | null;
}

/** The callbacks of the caller's end. */
export interface Hears {
  /** The caller read bytes. */
  bytes(bytes: Uint8Array): void;
  /** The board ended its side of the connection, or destroyed it. */
  over(): void;
}

/** The caller's end of a simulated connection. */
export interface SimulatedConnection {
  /** The board's end: the parts of a socket that the board uses. */
  readonly socket: Socket;
  /** Sends bytes. Returns false if the board has stopped reading and the buffers are full. */
  send(bytes: Uint8Array): boolean;
  /** Ends the caller's side; the board's side may stay open. */
  hangUp(): void;
  /** Resets the connection. */
  reset(): void;
  /** Vanishes without a FIN, like a machine that loses power. */
  vanish(): void;
  /** Resumes or stops reading. */
  read(on: boolean): void;
  /** The number of bytes sent, and how many of them the board read. */
  readonly sent: number;
  readonly delivered: number;
  /** The number of bytes that the board wrote, and how many of them the caller read. */
  readonly written: number;
  readonly received: number;
  /** Errors of the board in using the socket, such as writing after the end. */
  readonly misuse: readonly string[];
  /** Whether the board's end is destroyed. */
  readonly isClosed: boolean;
}

/** Creates a connection between a board and a caller, in virtual time. */
export function simulatedConnection(
  options: SimulatedConnectionOptions,
  clock: SchedulerLike,
  hears: Hears,
): SimulatedConnection {
  return new SimulatedSocket(options, clock, hears);
}

/**
 * Both ends in one object. It behaves like a Node socket: a paused one reads nothing and notices no reset,
 * the caller's FIN comes after all bytes, and output that the caller doesn't read is buffered.
 */
class SimulatedSocket extends EventEmitter implements SimulatedConnection {
  readonly remoteAddress: string;
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;
  writable = true;
  closed = false;
  sent = 0;
  received = 0;
  readonly misuse: string[] = [];
  readonly #options: SimulatedConnectionOptions;
  readonly #clock: SchedulerLike;
  readonly #hears: Hears;
  /** Received and not read yet. */
  #inbox: Uint8Array[] = [];
  #paused = true;
  #callerEnded = false;
  #toldEnd = false;
  #fault: string | undefined;
  /** Written and not in the caller's kernel yet: bytes, or callbacks for when everything before is sent. */
  #outbox: (Uint8Array | (() => void))[] = [];
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #reading = true;
  #readDue = false;
  #boardEnded = false;
  #finSent = false;
  #toldOver = false;
  #destroyed = false;
  #vanished = false;

  constructor(options: SimulatedConnectionOptions, clock: SchedulerLike, hears: Hears) {
    super();
    this.#options = options;
    this.#clock = clock;
    this.#hears = hears;
    this.remoteAddress = options.address;
  }

  get socket(): Socket {
    return this as unknown as Socket;
  }
  get delivered(): number {
    return this.bytesRead;
  }
  get written(): number {
    return this.bytesWritten;
  }
  get isClosed(): boolean {
    return this.closed;
  }

  // The caller's end.
  send(bytes: Uint8Array): boolean {
    if (this.#callerEnded || this.#vanished || this.#destroyed) return true;
    if (this.sent - this.bytesRead > KERNEL_BYTES) return false;
    this.sent += bytes.length;
    this.#later(() => {
      if (this.#destroyed) return;
      this.#inbox.push(bytes);
      this.#deliver();
    });
    return true;
  }
  hangUp(): void {
    if (this.#vanished) return;
    this.#later(() => {
      this.#callerEnded = true;
      this.#deliver();
    });
  }
  reset(): void {
    if (this.#vanished) return;
    this.#vanished = true;
    this.#later(() => this.#fail('ECONNRESET'));
  }
  vanish(): void {
    this.#vanished = true;
    const { silenceMs } = this.#options;
    if (silenceMs !== null) this.#clock.schedule(() => this.#fail('ETIMEDOUT'), silenceMs);
  }
  read(on: boolean): void {
    this.#reading = on;
    this.#readSoon();
  }

  // The board's end.
  pause(): this {
    this.#paused = true;
    return this;
  }
  resume(): this {
    if (!this.#paused) return this;
    this.#paused = false;
    this.#clock.schedule(() => this.#deliver());
    return this;
  }
  write(data: string | Uint8Array, how?: string | (() => void), then?: () => void): boolean {
    const done = typeof how === 'function' ? how : then;
    const bytes = typeof data === 'string' ? Buffer.from(data, how as BufferEncoding) : data;
    if (this.#boardEnded) this.misuse.push('a write behind the end');
    if (this.#destroyed) {
      if (done) this.#clock.schedule(done);
      return false;
    }
    this.bytesWritten += bytes.length;
    this.writableLength += bytes.length;
    this.#outbox.push(bytes);
    if (done) this.#outbox.push(done);
    this.#move();
    if (this.#fault) this.#fail(this.#fault);
    return this.writableLength === 0;
  }
  end(): void {
    this.#boardEnded = true;
    this.writable = false;
    this.#move();
  }
  destroy(): this {
    if (this.#destroyed) return this;
    this.#destroyed = true;
    this.writable = false;
    const waiting = this.#outbox.filter((each) => typeof each === 'function');
    this.#outbox = [];
    this.writableLength = 0;
    this.#clock.schedule(() => {
      for (const done of waiting) done();
      this.closed = true;
      this.emit('close');
    });
    this.#later(() => this.#tellOver());
    return this;
  }

  #fail(code: string): void {
    if (this.#destroyed) return;
    // A fault of a paused socket isn't noticed until it is written to.
    if (this.#paused && this.#fault === undefined) {
      this.#fault = code;
      return;
    }
    this.#fault = code;
    this.emit('error', Object.assign(new Error(code), { code }));
    this.destroy();
  }

  #deliver(): void {
    while (!this.#paused && !this.#destroyed && this.#inbox.length > 0) {
      const bytes = this.#inbox.shift() as Uint8Array;
      this.bytesRead += bytes.length;
      this.emit('data', bytes);
    }
    if (this.#paused || this.#destroyed) return;
    if (this.#fault) this.#fail(this.#fault);
    if (!this.#callerEnded || this.#toldEnd || this.#destroyed) return;
    this.#toldEnd = true;
    this.emit('end');
    this.#closeIfOver();
  }

  /** Moves as much to the caller's kernel as it can buffer. */
  #move(): void {
    while (this.#outbox.length > 0) {
      const next = this.#outbox[0] as Uint8Array | (() => void);
      if (typeof next === 'function') {
        this.#clock.schedule(next);
      } else {
        if (this.#unreadBytes + next.length > KERNEL_BYTES && this.#unreadBytes > 0) break;
        this.#unread.push(next);
        this.#unreadBytes += next.length;
        this.writableLength -= next.length;
      }
      this.#outbox.shift();
    }
    this.#readSoon();
    if (!this.#boardEnded || this.#finSent || this.#outbox.length > 0) return;
    this.#finSent = true;
    this.#readSoon();
    this.#closeIfOver();
  }

  #readSoon(): void {
    if (!this.#reading || this.#readDue || this.#vanished) return;
    if (this.#unread.length === 0 && !this.#finSent) return;
    this.#readDue = true;
    this.#later(() => {
      this.#readDue = false;
      if (!this.#reading || this.#vanished) return;
      const bytes = Buffer.concat(this.#unread.splice(0));
      this.#unreadBytes = 0;
      this.received += bytes.length;
      if (bytes.length > 0) this.#hears.bytes(bytes);
      const isOver = this.#finSent && this.#outbox.length === 0;
      this.#move();
      if (isOver && this.#unread.length === 0) {
        this.#reading = false;
        this.#tellOver();
      }
    });
  }

  #tellOver(): void {
    if (this.#toldOver) return;
    this.#toldOver = true;
    this.#hears.over();
  }

  #closeIfOver(): void {
    if (this.#toldEnd && this.#finSent && !this.#destroyed) this.destroy();
  }

  #later(act: () => void): void {
    this.#clock.schedule(act, this.#options.latencyMs);
  }
}
