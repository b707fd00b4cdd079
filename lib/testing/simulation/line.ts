import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { SchedulerLike } from 'rxjs';

/** What two kernels keep for somebody who doesn't read. */
const KERNEL_BYTES = 64 * 1024;

/** How a line is. */
export interface LineOptions {
  readonly address: string;
  /** How long bytes are on their way. */
  readonly latencyMs: number;
  /** How long the board's kernel stays with a caller who is gone without a word; `null` for ever. */
  readonly silenceMs: number | null;
}

/** What the caller's end is told. */
export interface Hears {
  /** Bytes that the caller read. */
  bytes(bytes: Uint8Array): void;
  /** The board ended its side of the line, or cut it. */
  over(): void;
}

/** The caller's end of a simulated line. */
export interface Line {
  /** The board's end, in as much as the board uses of a socket. */
  readonly socket: Socket;
  /** Sends bytes. False when the board has long been reading nothing: the caller's machine waits. */
  send(bytes: Uint8Array): boolean;
  /** Ends the caller's side; the board's may go on. */
  hangUp(): void;
  /** Cuts the line. */
  reset(): void;
  /** Is gone without a word, as a machine that lost its power. */
  vanish(): void;
  /** Reads on, or no more. */
  read(on: boolean): void;
  /** Bytes that were sent, and those of them that the board read. */
  readonly sent: number;
  readonly delivered: number;
  /** Bytes that the board wrote, and those of them that the caller read. */
  readonly written: number;
  readonly received: number;
  /** What the board did to the line that no line can take, such as writing behind the end. */
  readonly misuse: readonly string[];
  /** Whether the board's end is closed for good. */
  readonly isClosed: boolean;
}

/** Makes a line between a board and a caller, in virtual time. */
export function simulatedLine(options: LineOptions, clock: SchedulerLike, hears: Hears): Line {
  return new SimulatedSocket(options, clock, hears);
}

/**
 * Both ends in one. As with a socket of Node's: nothing is read while it is paused, a reset isn't noticed then either, the
 * end of the caller's side comes behind all bytes, and what a caller doesn't read piles up here.
 */
class SimulatedSocket extends EventEmitter implements Line {
  readonly remoteAddress: string;
  bytesRead = 0;
  bytesWritten = 0;
  writableLength = 0;
  writable = true;
  closed = false;
  sent = 0;
  received = 0;
  readonly misuse: string[] = [];
  readonly #options: LineOptions;
  readonly #clock: SchedulerLike;
  readonly #hears: Hears;
  /** Came in, and is not read yet. */
  #inbox: Uint8Array[] = [];
  #paused = true;
  #callerEnded = false;
  #toldEnd = false;
  #fault: string | undefined;
  /** Written, and not with the caller's kernel yet: bytes, or a word for whoever waits for all before it. */
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

  constructor(options: LineOptions, clock: SchedulerLike, hears: Hears) {
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
    // Nobody looks at a line that isn't read, until it is written to.
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

  /** Hands as much to the caller's kernel as it keeps. */
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
