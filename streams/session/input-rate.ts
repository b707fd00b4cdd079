import type { MonoTypeOperatorFunction, SchedulerLike, Subscriber, Subscription } from 'rxjs';
import { identity, timer } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';

/** A line that can be left unread. */
export interface Pausable {
  /** Called with true when the line is not to be read, with false when it may be again. */
  pause(on: boolean): void;
}

/**
 * Slows a caller who sends more than `bytesPerSecond`: their line isn't read for as long as what came is too much, so
 * that their own machine makes them wait. Nothing is dropped, and nothing is held: each chunk passes at once. A
 * second's worth may come together.
 *
 * @param bytesPerSecond `null` is no limit.
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { inputRate } from 'impulse-bbs/streams';
 * import { asyncScheduler, from } from 'rxjs';
 *
 * const file = createReadStream('package.json');
 * const line = { pause: (on: boolean) => (on ? file.pause() : file.resume()) };
 * from(file).pipe(inputRate(9600, line, asyncScheduler)).subscribe((bytes) => console.log(bytes.length));
 * ```
 */
export function inputRate(
  bytesPerSecond: number | null,
  line: Pausable,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<Uint8Array> {
  if (bytesPerSecond === null) return identity;
  return staged((below) => new InputRate(below, bytesPerSecond, line, scheduler));
}

class InputRate extends Stage<Uint8Array> {
  readonly #bytesPerSecond: number;
  readonly #line: Pausable;
  readonly #scheduler: SchedulerLike;
  #paidUntil: number;
  #waiting: Subscription | undefined;

  constructor(
    below: Subscriber<Uint8Array>,
    bytesPerSecond: number,
    line: Pausable,
    scheduler: SchedulerLike,
  ) {
    super(below);
    this.#bytesPerSecond = bytesPerSecond;
    this.#line = line;
    this.#scheduler = scheduler;
    this.#paidUntil = scheduler.now() - 1000;
  }

  override next(bytes: Uint8Array): void {
    if (this.isStopped) return;
    try {
      this.pay(bytes.length);
      this.below.next(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  private pay(length: number): void {
    const now = this.#scheduler.now();
    this.#paidUntil = Math.max(this.#paidUntil, now - 1000) + (length / this.#bytesPerSecond) * 1000;
    if (this.#paidUntil <= now || this.#waiting) return;
    this.#line.pause(true);
    this.#waiting = timer(this.#paidUntil - now, this.#scheduler).subscribe(() => {
      this.#waiting = undefined;
      this.#line.pause(false);
    });
  }

  override unsubscribe(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    super.unsubscribe();
    if (!waiting) return;
    waiting.unsubscribe();
    this.#line.pause(false);
  }
}
