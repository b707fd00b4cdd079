import type { TimeSlices, Work } from '../rx/time-slices.js';

/** Deferred notices longer than this are shown at once. */
const MAX_NOTICES_LENGTH = 16 * 1024;

/**
 * Collects the notices of a session until its next time slice. Showing them redraws a half-typed line; for
 * each notice in a full room, that would add up. A class, since there is one per caller.
 */
export class Notices implements Work {
  readonly #time: TimeSlices;
  readonly #screen: { notify(lines: string): void };
  #waiting = '';

  constructor(time: TimeSlices, screen: { notify(lines: string): void }) {
    this.#time = time;
    this.#screen = screen;
  }

  /** Adds lines, to be shown in the next time slice; at once if too much waits. */
  add(lines: string): void {
    const isFirst = this.#waiting === '';
    this.#waiting += lines.endsWith('\n') ? lines : `${lines}\n`;
    if (isFirst) this.#time.begin(this);
    else if (this.#waiting.length > MAX_NOTICES_LENGTH) this.show();
  }

  /** Shows what waits. */
  show(): void {
    const lines = this.#waiting;
    this.#waiting = '';
    if (lines !== '') this.#screen.notify(lines);
  }

  step(): boolean {
    this.show();
    return false;
  }
}
