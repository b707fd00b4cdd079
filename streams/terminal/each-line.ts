import { defer, Observable } from 'rxjs';
import type { Destination } from '../rx/operator.js';
import type { LineDelivery, LineReader } from './line-delivery.js';

/**
 * Takes one line at a time, and the next when its answer has completed. Emits the answers, and completes at the
 * end. While the lines have subscribers, they go there.
 */
export function eachLine<T>(lines: LineDelivery, answer: (line: string) => Observable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const reader = new EachLine(lines, answer, subscriber);
    lines.addReader(reader);
    subscriber.add(() => reader.stop());
    reader.readOn();
  });
}

/** A class, since many callers have one. */
class EachLine<T> implements LineReader {
  isAnswering = false;
  #isReading = false;

  constructor(
    readonly lines: LineDelivery,
    readonly answer: (line: string) => Observable<T>,
    readonly subscriber: Destination<T>,
  ) {}

  read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      // A loop: with synchronous answers a recursion would overflow the stack.
      while (!this.isAnswering && !this.subscriber.closed && this.lines.isForReaders) this.answerNext();
    } finally {
      this.#isReading = false;
    }
    if (this.isAnswering) return;
    this.lines.pace.asked();
    if (this.lines.hasEnded) this.subscriber.complete();
  }

  /** Reads on after an answer. */
  readOn(): void {
    if (!this.#isReading) this.lines.pace.deliver(() => this.read());
  }

  stop(): void {
    this.lines.removeReader(this);
    this.isAnswering = false;
  }

  private answerNext(): void {
    const { answer, subscriber } = this;
    const line = this.lines.take();
    this.isAnswering = true;
    subscriber.add(
      defer(() => answer(line)).subscribe({
        next: (value) => subscriber.next(value),
        error: (error) => subscriber.error(error),
        complete: () => {
          this.isAnswering = false;
          this.readOn();
        },
      }),
    );
  }
}
