import type { MonoTypeOperatorFunction, SchedulerLike, Subscription } from 'rxjs';
import { identity, timer } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';

/** A source that can be paused. */
export interface Pausable {
  /** Stops reading. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}

/**
 * Limits how fast a caller is read. Above `bytesPerSecond` the connection is paused until the excess is paid
 * off, so that TCP flow control makes the caller wait. Chunks pass at once: nothing is dropped or buffered.
 * Allows bursts of one second's worth.
 *
 * @param bytesPerSecond `null` means no limit.
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { inputRate } from 'impulse-bbs/streams';
 * import { asyncScheduler, from } from 'rxjs';
 *
 * const file = createReadStream('package.json');
 * from(file).pipe(inputRate(9600, file, asyncScheduler)).subscribe((bytes) => console.log(bytes.length));
 * ```
 */
export function inputRate(
  bytesPerSecond: number | null,
  connection: Pausable,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<Uint8Array> {
  if (bytesPerSecond === null) return identity;
  return operator(
    (destination) => new InputRateSubscriber(destination, bytesPerSecond, connection, scheduler),
  );
}

class InputRateSubscriber extends OperatorSubscriber<Uint8Array> {
  readonly #bytesPerSecond: number;
  readonly #connection: Pausable;
  readonly #scheduler: SchedulerLike;
  #paidUntil: number;
  #waiting: Subscription | undefined;

  constructor(
    destination: Destination<Uint8Array>,
    bytesPerSecond: number,
    connection: Pausable,
    scheduler: SchedulerLike,
  ) {
    super(destination);
    this.#bytesPerSecond = bytesPerSecond;
    this.#connection = connection;
    this.#scheduler = scheduler;
    this.#paidUntil = scheduler.now() - 1000;
  }

  protected override onNext(bytes: Uint8Array): void {
    this.pay(bytes.length);
    this.downstream.next(bytes);
  }

  private pay(length: number): void {
    const now = this.#scheduler.now();
    this.#paidUntil = Math.max(this.#paidUntil, now - 1000) + (length / this.#bytesPerSecond) * 1000;
    if (this.#paidUntil <= now || this.#waiting) return;
    this.#connection.pause();
    this.#waiting = timer(this.#paidUntil - now, this.#scheduler).subscribe(() => {
      this.#waiting = undefined;
      this.#connection.resume();
    });
  }

  override unsubscribe(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    super.unsubscribe();
    if (!waiting) return;
    waiting.unsubscribe();
    this.#connection.resume();
  }
}
