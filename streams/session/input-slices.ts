import type { MonoTypeOperatorFunction } from 'rxjs';
import { ESC } from '../protocol/controls.js';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import type { TimeSlices, Work } from '../rx/time-slices.js';
import type { Pausable } from './input-rate.js';

/** Chunks up to this size pass whole and at once: they can't block the event loop for long. */
export const SHORT_BYTES = 256;
/** Longer chunks are split into pieces of this size; the clock is checked after each. */
export const PIECE_BYTES = 1024;
/**
 * The share of the output limit that a piece has for an app that reads bytes, which cost little to pass. An app
 * that echoes them stays below the limit: it is given none above half of it, and telnet may double them.
 */
const BYTES_SHARE = 1 / 4;

/** What {@link inputSlices} needs of a session. */
export interface SlicedCaller extends Pausable {
  /** Changes with each packet of the transport; a packet may come in several chunks. */
  readonly bytesIn: number;
  /** True while the app is behind with the input. The rest of a chunk waits too. */
  readonly held: boolean;
  /** True while the app reads bytes. */
  readonly wantsBytes: boolean;
  /** The most output that may be queued for the caller. */
  readonly outputLimitBytes: number;
  /** Set by {@link inputSlices}. */
  slices: InputSlices | undefined;
  /** Sends what is written during `act` together. */
  batch(act: () => void): void;
}

/** The rest of a caller's input. */
interface InputSlices {
  /** Passes it on, after `held` became false. */
  goOn(): void;
  /** Takes back what was passed on and had no use; it is passed on again, before the rest. */
  putBack(chunks: readonly Uint8Array[]): void;
}

/**
 * Passes long chunks on in pieces, in time slices shared by all sessions, so that no input blocks the event
 * loop. The connection is paused until the whole chunk has passed. Short chunks pass at once, unless they are
 * further chunks of the same packet.
 *
 * On completion the rest passes first, unless the app is behind with it. On an error the rest is dropped.
 */
export function inputSlices(caller: SlicedCaller, slices: TimeSlices): MonoTypeOperatorFunction<Uint8Array> {
  return operator((destination) => new InputSlicesSubscriber(destination, caller, slices));
}

class InputSlicesSubscriber extends OperatorSubscriber<Uint8Array> implements Work, InputSlices {
  readonly #caller: SlicedCaller;
  readonly #slices: TimeSlices;
  #packet = -1;
  /** What hasn't been passed on yet. */
  #rest: Uint8Array | undefined;
  #isPaused = false;
  #isParked = false;
  #isStepping = false;
  #hasCompleted = false;

  constructor(destination: Destination<Uint8Array>, caller: SlicedCaller, slices: TimeSlices) {
    super(destination);
    this.#caller = caller;
    this.#slices = slices;
    caller.slices = this;
  }

  protected override onNext(bytes: Uint8Array): void {
    const packet = this.#caller.bytesIn;
    const isFirst = packet !== this.#packet;
    this.#packet = packet;
    if (this.#rest) this.#rest = copyOf(this.#rest, bytes);
    else if ((isFirst && bytes.length <= SHORT_BYTES) || bytes.length <= this.byteLength())
      this.handOn(bytes);
    else this.divide(bytes);
  }

  step(): boolean {
    const rest = this.#rest;
    if (!rest) return false;
    if (this.#caller.held) {
      this.#isParked = true;
      if (this.#hasCompleted) this.over();
      return false;
    }
    const length = Math.max(pieceLength(rest), Math.min(this.byteLength(), rest.length));
    this.#rest = length < rest.length ? rest.subarray(length) : undefined;
    this.#isStepping = true;
    this.#caller.batch(() => this.handOn(rest.subarray(0, length)));
    this.#isStepping = false;
    if (this.#rest) return true;
    this.readOn();
    if (this.#hasCompleted) this.over();
    return false;
  }

  goOn(): void {
    if (!this.#isParked) return;
    this.#isParked = false;
    // Deferred: this is called while a line is being handled.
    this.#slices.later(this);
  }

  putBack(chunks: readonly Uint8Array[]): void {
    if (this.closed || chunks.length === 0) return;
    const isIdle = !this.#rest && !this.#isStepping;
    this.#rest = copyOf(...chunks, ...(this.#rest ? [this.#rest] : []));
    if (!isIdle) return;
    this.stopReading();
    this.#slices.later(this);
  }

  private divide(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#slices.begin(this);
    if (!this.#rest) return;
    // The transport reads the next chunk into the same memory.
    this.#rest = copyOf(this.#rest);
    this.stopReading();
  }

  /** The length of a piece for an app that reads bytes; 0 for any other. */
  private byteLength(): number {
    return this.#caller.wantsBytes ? this.#caller.outputLimitBytes * BYTES_SHARE : 0;
  }

  private stopReading(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#caller.pause();
  }

  private handOn(bytes: Uint8Array): void {
    try {
      this.downstream.next(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  private readOn(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#caller.resume();
  }

  private over(): void {
    if (!this.closed) super.onComplete();
  }

  protected override onComplete(): void {
    this.#hasCompleted = true;
    if (!this.#rest || this.#caller.held) this.over();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#rest = undefined;
    super.unsubscribe();
    this.readOn();
  }
}

/** Avoids cutting a UTF-8 sequence or an escape sequence in two, as far as it can tell. */
function pieceLength(bytes: Uint8Array): number {
  if (bytes.length <= PIECE_BYTES) return bytes.length;
  let length = PIECE_BYTES;
  while (length > PIECE_BYTES - 3 && isContinuation(bytes[length])) length -= 1;
  return bytes[length - 1] === ESC ? length - 1 : length;
}

const isContinuation = (byte = 0) => (byte & 0xc0) === 0x80;

function copyOf(...chunks: Uint8Array[]): Uint8Array {
  const copy = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    copy.set(chunk, at);
    at += chunk.length;
  }
  return copy;
}
