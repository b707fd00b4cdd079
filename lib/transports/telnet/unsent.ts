/** The first size of the buffer. It grows by doubling. */
const FIRST_LENGTH = 4096;

/**
 * Buffers bytes until a socket has sent what was written before. All bytes are in one buffer: Node keeps each
 * write separately, and for a write of one byte that takes fifty times as much. A class, since it has state;
 * only a slow connection has one.
 */
export class Unsent {
  #memory = Buffer.allocUnsafe(FIRST_LENGTH);
  #length = 0;
  #listeners: (() => void)[] = [];

  /** The number of bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes; a string is Latin-1. */
  add(bytes: string | Uint8Array): void {
    const longer = this.#length + bytes.length;
    if (longer > this.#memory.length) {
      const larger = Buffer.allocUnsafe(2 * longer);
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    if (typeof bytes === 'string') this.#memory.write(bytes, this.#length, 'latin1');
    else this.#memory.set(bytes, this.#length);
    this.#length = longer;
  }

  /** Calls `told` when the bytes that wait now are sent. */
  whenSent(told: () => void): void {
    this.#listeners.push(told);
  }

  /** Writes all bytes, and then an empty write for each callback. */
  flush(write: (bytes: Uint8Array, sent?: () => void) => void): void {
    if (this.#length > 0) write(this.#memory.subarray(0, this.#length));
    for (const told of this.#listeners) write(NOTHING, told);
    this.clear();
    this.#listeners = [];
  }

  /** Drops the bytes. */
  clear(): void {
    this.#memory = NOTHING;
    this.#length = 0;
  }
}

const NOTHING = Buffer.alloc(0);
