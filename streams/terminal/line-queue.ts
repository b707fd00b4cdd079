import { isOrdinary } from './sanitize.js';

/** V8's overhead per line: a header of 16 bytes, up to 7 of padding, and a slot in a growing array. */
export const LINE_OVERHEAD_BYTES = 40;

/**
 * A queue of lines, or of keys, that counts the memory they take. It sets no bound itself. A class, since there
 * is one per caller.
 */
export class LineQueue {
  // Two stacks, bottom to bottom: `shift()` moves the whole array, and a flood of Enters would cost seconds.
  #pushed = EMPTY;
  #next = EMPTY;
  #bytes = 0;

  /** The number of lines. */
  get length(): number {
    return this.#pushed.length + this.#next.length;
  }

  /** The memory that the lines take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a line at the end. */
  push(line: string): void {
    this.#pushed = append(this.#pushed, line);
    this.#bytes += weightOf(line);
  }

  /** Puts a line back, as the next one. */
  putBack(line: string): void {
    this.#next = append(this.#next, line);
    this.#bytes += weightOf(line);
  }

  /** Removes the next line, and returns it. The queue must not be empty. */
  take(): string {
    if (this.#next.length === 0) [this.#pushed, this.#next] = [EMPTY, this.#pushed.reverse()];
    const line = this.#next.pop() as string;
    // Free the array of a long queue.
    if (this.#next.length === 0) this.#next = EMPTY;
    this.#bytes -= weightOf(line);
    return line;
  }

  /** Drops all lines. */
  clear(): void {
    this.#pushed = this.#next = EMPTY;
    this.#bytes = 0;
  }
}

/** The memory that a line or key takes. */
const weightOf = (text: string): number => (isOrdinary(text) ? 1 : 2) * text.length + LINE_OVERHEAD_BYTES;

/** Shared by all empty queues; never modified. */
const EMPTY: string[] = [];

function append(lines: string[], line: string): string[] {
  if (lines === EMPTY) return [line];
  lines.push(line);
  return lines;
}
