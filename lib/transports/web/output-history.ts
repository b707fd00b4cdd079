import { ESC } from '../../../streams/protocol/controls.js';

/** The latest output that is kept for a page that is loaded again: more than any screen of text. */
export const HISTORY_BYTES = 32 * 1024;
const FIRST_LENGTH = 512;
const LF = 10;

/**
 * Keeps the end of a connection's output, so that it can be sent again. Offsets count all output from the start.
 * A class, since every connection that can be resumed has one.
 */
export class OutputHistory {
  #memory = Buffer.allocUnsafeSlow(FIRST_LENGTH);
  #length = 0;
  /** The offset behind the last byte. */
  end = 0;

  /** The offset of the first byte that is kept. */
  get start(): number {
    return this.end - this.#length;
  }

  /**
   * Adds output.
   *
   * @param needed The offset from which on all bytes have to be kept, if it is before the last
   *   {@link HISTORY_BYTES}.
   */
  add(bytes: Uint8Array, needed: number): void {
    const keep = Math.max(HISTORY_BYTES, this.end + bytes.length - needed);
    if (this.#length + bytes.length > this.#memory.length) this.makeRoom(bytes.length, keep);
    this.#memory.set(bytes, this.#length);
    this.#length += bytes.length;
    this.end += bytes.length;
  }

  /** Returns the output from an offset on, which must be kept. Valid until the next change. */
  from(offset: number): Buffer {
    return this.#memory.subarray(offset - this.start, this.#length);
  }

  /**
   * Returns the offset from which on the output can be shown on an empty screen: the start of all output, or the
   * beginning of a line, of a control sequence, or at least of a character.
   */
  get safeStart(): number {
    const offset = Math.max(this.start, this.end - HISTORY_BYTES);
    if (offset === 0) return 0;
    const bytes = this.from(offset);
    const line = bytes.indexOf(LF);
    if (line >= 0) return offset + line + 1;
    const control = bytes.indexOf(ESC);
    if (control >= 0) return offset + control;
    const character = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return offset + Math.max(0, character);
  }

  /** Drops what isn't needed, and gets more memory if that isn't enough. */
  private makeRoom(length: number, keep: number): void {
    const kept = Math.min(this.#length, Math.max(0, keep - length));
    const old = this.#memory.subarray(this.#length - kept, this.#length);
    // At least as much room again, so that not every byte moves all others.
    const wanted = Math.max(FIRST_LENGTH, 2 ** Math.ceil(Math.log2(kept + length + 1)));
    const size = wanted - kept - length < wanted / 4 ? 2 * wanted : wanted;
    if (size !== this.#memory.length) {
      const memory = Buffer.allocUnsafeSlow(size);
      memory.set(old);
      this.#memory = memory;
    } else this.#memory.copyWithin(0, this.#length - kept, this.#length);
    this.#length = kept;
  }
}
