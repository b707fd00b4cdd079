import { Observable } from 'rxjs';
import { NO_SUBSCRIBERS, openSubscribers, withSubscriber } from '../rx/open-subscribers.js';
import type { Destination } from '../rx/operator.js';
import { copied } from './copied.js';
import { LineQueue } from './line-queue.js';

/** Decides when lines and keys are passed on. */
export interface DeliveryPace {
  /** Whether lines and keys must wait at the moment. */
  mustWait(): boolean;
  /** Calls `pass`, which passes on what waits; in a time slice if there is much. */
  deliver(pass: () => void): void;
  /** The same for a new subscriber, who may subscribe again meanwhile. */
  deliverToNew(pass: () => void): void;
  /** Called when input is asked for. */
  asked(): void;
  /** Called when something that waited was taken. */
  releaseIfDrained(): void;
}

/** Takes lines one at a time, while there are no subscribers. */
export interface LineReader {
  /** Whether it answers a line at the moment, and takes none. */
  readonly isAnswering: boolean;
  /** Takes what it can. Called when lines have come, and at the end. */
  read(): void;
}

/** Passes a caller's lines to the app, and keeps them until then. A class, since there is one per caller. */
export class LineDelivery {
  readonly pace: DeliveryPace;
  readonly #waiting = new LineQueue();
  #subscribers: readonly Destination<string>[] = NO_SUBSCRIBERS;
  #readers: readonly LineReader[] = NO_READERS;
  #taken = 0;
  #isPassing = false;
  #hasEnded = false;

  constructor(pace: DeliveryPace) {
    this.pace = pace;
  }

  /** The number of lines taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** The number of waiting lines. */
  get length(): number {
    return this.#waiting.length;
  }

  /** The memory that the waiting lines take. */
  get bytes(): number {
    return this.#waiting.bytes;
  }

  /** Whether no more lines come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether a line would be taken at once. */
  get isRead(): boolean {
    return this.#readers.some(({ isAnswering }) => !isAnswering) || this.hasSubscribers();
  }

  /** Whether a reader may take a line now. */
  get isForReaders(): boolean {
    return this.length > 0 && !this.pace.mustWait() && !this.hasSubscribers();
  }

  /** Emits the waiting lines, then new ones, to every subscriber. Completes at the end. */
  get line$(): Observable<string> {
    return new Observable((subscriber) => {
      if (this.#hasEnded) return subscriber.complete();
      this.#subscribers = withSubscriber(this.#subscribers, subscriber);
      this.pace.deliverToNew(() => this.pass());
    });
  }

  /** Adds a reader. */
  addReader(reader: LineReader): void {
    this.#readers = [...this.#readers, reader];
  }

  /** Removes a reader. */
  removeReader(reader: LineReader): void {
    this.#readers = this.#readers.filter((other) => other !== reader);
  }

  /** Adds a line, and passes on what waits. */
  push(line: string): void {
    if (this.#hasEnded) return;
    const subscriber = this.#subscribers[0];
    // Fast path: one subscriber, and nothing waits.
    const isAlone = subscriber && !subscriber.closed && this.#subscribers.length === 1;
    if (isAlone && this.length === 0 && !this.pace.mustWait()) {
      this.#taken += 1;
      subscriber.next(line);
      return;
    }
    this.#waiting.push(copied(line));
    this.pass();
  }

  /** Passes on the waiting lines. */
  pass(): void {
    // `take(1)` that resubscribes synchronously is still subscribed here: it would get the next line too, and
    // lose it.
    if (this.#isPassing) return;
    this.#isPassing = true;
    try {
      while (this.length > 0 && !this.pace.mustWait() && this.hasSubscribers()) {
        const line = this.take();
        for (const subscriber of this.#subscribers) subscriber.next(line);
      }
    } finally {
      this.#isPassing = false;
    }
    for (const reader of this.#readers) reader.read();
  }

  /** Removes the next waiting line, and returns it. */
  take(): string {
    const line = this.#waiting.take();
    this.#taken += 1;
    this.pace.releaseIfDrained();
    return line;
  }

  /** Puts the rest of a line back, as the next one. */
  putBack(line: string): void {
    this.#waiting.putBack(line);
    this.#taken -= 1;
  }

  /** Drops the waiting lines, and completes the subscribers and readers. */
  end(): void {
    this.#hasEnded = true;
    this.#waiting.clear();
    for (const subscriber of this.#subscribers) subscriber.complete();
    for (const reader of this.#readers) reader.read();
  }

  /**
   * Whether lines have subscribers. Checks for closed ones here: a finalizer for each would use more
   * memory.
   */
  private hasSubscribers(): boolean {
    this.#subscribers = openSubscribers(this.#subscribers);
    return this.#subscribers.length > 0;
  }
}

const NO_READERS: readonly LineReader[] = [];
