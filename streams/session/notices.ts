import type { TimeSlices, Work } from '../rx/time-slices.js';
import { NOTICES_DROPPED } from '../terminal/messages.js';

/** Deferred notices longer than this are shown at once; of those that are held, the first are dropped. */
const MAX_NOTICES_LENGTH = 16 * 1024;

/**
 * Collects the notices of a session until its next time slice. Showing them redraws a half-typed line; for
 * each notice in a full room, that would add up. A class, since there is one per caller.
 */
export class Notices implements Work {
  readonly #time: TimeSlices;
  readonly #screen: { notify(lines: string): void };
  #waiting = '';
  #isHeld = false;

  constructor(time: TimeSlices, screen: { notify(lines: string): void }) {
    this.#time = time;
    this.#screen = screen;
  }

  /** Adds lines, to be shown in the next time slice; at once if too much waits. */
  add(lines: string): void {
    const isFirst = this.#waiting === '';
    this.#waiting += lines.endsWith('\n') ? lines : `${lines}\n`;
    if (this.#isHeld) this.forget();
    else if (isFirst) this.#time.begin(this);
    else if (this.#waiting.length > MAX_NOTICES_LENGTH) this.show();
  }

  /** Shows none from now on, since they would be among the bytes of a transfer. The latest are kept. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Shows those that were kept, in a later turn, and new ones as before. */
  release(): void {
    this.#isHeld = false;
    if (this.#waiting !== '') this.#time.later(this);
  }

  /** Shows what waits. */
  show(): void {
    const lines = this.#waiting;
    this.#waiting = '';
    if (lines !== '') this.#screen.notify(lines);
  }

  step(): boolean {
    if (!this.#isHeld) this.show();
    return false;
  }

  private forget(): void {
    const { length } = this.#waiting;
    if (length <= MAX_NOTICES_LENGTH) return;
    // Half of them, so that not each further notice drops some.
    const from = this.#waiting.indexOf('\n', length - MAX_NOTICES_LENGTH / 2) + 1;
    this.#waiting = `${NOTICES_DROPPED}\n${this.#waiting.slice(from)}`;
  }
}
