/** The first piece of memory; larger ones follow, each twice as large. */
const FIRST_LENGTH = 4096;

/**
 * Bytes that wait until a socket has sent what was written to it before, in one piece: Node keeps each write as it came, and
 * for a write of one byte that is fifty times as much. A class, since it keeps state; only a caller who is slow has one.
 */
export class Unsent {
  #memory = Buffer.allocUnsafe(FIRST_LENGTH);
  #length = 0;
  #listeners: (() => void)[] = [];

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes, as Latin-1's letters. */
  add(bytes: string): void {
    const longer = this.#length + bytes.length;
    if (longer > this.#memory.length) {
      const larger = Buffer.allocUnsafe(2 * longer);
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    this.#memory.write(bytes, this.#length, 'latin1');
    this.#length = longer;
  }

  /** Has somebody told when what waits by now is sent. */
  whenSent(told: () => void): void {
    this.#listeners.push(told);
  }

  /** Hands all of it to what writes, and then a write of nothing for each who is to be told. */
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
