import type { MonoTypeOperatorFunction } from 'rxjs';
import { ESC } from '../protocol/controls.js';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import type { TimeSlices, Work } from '../rx/time-slices.js';
import type { Pausable } from './input-rate.js';

/** Chunks up to this size pass whole and at once: they can't block the event loop for long. */
export const SHORT_BYTES = 256;
/** Longer chunks are split into pieces of this size; the clock is checked after each. */
export const PIECE_BYTES = 1024;

/** What {@link inputSlices} needs of a session. */
export interface SlicedCaller extends Pausable {
  /** Changes with each packet of the transport; a packet may come in several chunks. */
  readonly bytesIn: number;
  /** True while the app is behind with the input. The rest of a chunk waits too. */
  readonly held: boolean;
  /** Set by {@link inputSlices}; call `goOn` when `held` becomes false. */
  slices: { goOn(): void } | undefined;
  /** Sends what is written during `act` together. */
  batch(act: () => void): void;
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

class InputSlicesSubscriber extends OperatorSubscriber<Uint8Array> implements Work {
  readonly #caller: SlicedCaller;
  readonly #slices: TimeSlices;
  #packet = -1;
  /** What hasn't been passed on yet. */
  #rest: Uint8Array | undefined;
  #isPaused = false;
  #isParked = false;
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
    else if (isFirst && bytes.length <= SHORT_BYTES) this.handOn(bytes);
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
    const length = pieceLength(rest);
    this.#rest = length < rest.length ? rest.subarray(length) : undefined;
    this.#caller.batch(() => this.handOn(rest.subarray(0, length)));
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

  private divide(bytes: Uint8Array): void {
    this.#rest = bytes;
    this.#slices.begin(this);
    if (!this.#rest) return;
    // The transport reads the next chunk into the same memory.
    this.#rest = copyOf(this.#rest);
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
