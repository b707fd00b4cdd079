import { Observable } from 'rxjs';
import { NO_SUBSCRIBERS, openSubscribers, withSubscriber } from '../rx/open-subscribers.js';
import type { Destination } from '../rx/operator.js';
import type { Key } from '../types/connection.js';
import type { DeliveryPace, LineDelivery } from './line-delivery.js';
import { LineQueue } from './line-queue.js';

/** A line that isn't entered yet. */
export interface UnfinishedLine {
  /** Takes its first character; an empty string if there is none. */
  takeCharacter(): string;
  /** Takes it whole, as bytes of the caller's terminal; none if there is nothing. */
  takeBytes(): Uint8Array;
}

/** What {@link KeyDelivery} needs of the type-ahead. */
export interface KeyPace extends DeliveryPace {
  /** The line being typed. */
  readonly typing: UnfinishedLine | undefined;
}

/** Passes a caller's keys to the app, and the waiting lines as keys. A class, as {@link LineDelivery} is. */
export class KeyDelivery {
  readonly #pace: KeyPace;
  readonly #lines: LineDelivery;
  /** Keys that wait while the caller is blocked. */
  readonly #waiting = new LineQueue();
  #subscribers: readonly Destination<Key>[] = NO_SUBSCRIBERS;
  #isPassingLines = false;

  constructor(pace: KeyPace, lines: LineDelivery) {
    this.#pace = pace;
    this.#lines = lines;
  }

  /** Whether keys have subscribers. */
  get isWanted(): boolean {
    this.#subscribers = openSubscribers(this.#subscribers);
    return this.#subscribers.length > 0;
  }

  /** The number of waiting keys. */
  get length(): number {
    return this.#waiting.length;
  }

  /** The memory that the waiting keys take. */
  get bytes(): number {
    return this.#waiting.bytes;
  }

  /** Emits keys, starting with those of the waiting lines. Completes at the end. */
  get key$(): Observable<Key> {
    return new Observable((subscriber) => {
      if (this.#lines.hasEnded) return subscriber.complete();
      this.#subscribers = withSubscriber(this.#subscribers, subscriber);
      this.#pace.deliverToNew(() => this.passLines());
    });
  }

  /** Passes a key on, after those that wait. */
  press(key: Key): void {
    if (this.length === 0 && !this.#pace.mustWait()) this.emit(key);
    else this.#waiting.push(key);
  }

  /** Passes on the keys that waited. Without a subscriber they are dropped. */
  passKeys(): void {
    while (this.length > 0 && !this.#pace.mustWait()) {
      const key = this.#waiting.take();
      this.#pace.releaseIfDrained();
      this.emit(key);
    }
  }

  /** Turns the waiting lines and the line being typed into keys, as many as are wanted. */
  passLines(): void {
    if (this.#isPassingLines) return;
    this.#isPassingLines = true;
    try {
      while (this.mayPass() && this.#lines.length > 0) this.passLine(this.#lines.take());
      this.passUnfinishedLine();
    } finally {
      this.#isPassingLines = false;
    }
  }

  /** Drops the waiting keys, and completes the subscribers. */
  end(): void {
    this.#waiting.clear();
    for (const subscriber of this.#subscribers) subscriber.complete();
  }

  private passLine(line: string): void {
    let passed = 0;
    for (const character of line) {
      if (!this.mayPass()) break;
      passed += character.length;
      this.emit(character);
    }
    if (this.mayPass()) this.emit('enter');
    else this.#lines.putBack(line.slice(passed));
  }

  private passUnfinishedLine(): void {
    while (this.mayPass()) {
      const character = this.#pace.typing?.takeCharacter();
      if (!character) return;
      this.emit(character);
    }
  }

  private mayPass(): boolean {
    return this.isWanted && !this.#pace.mustWait();
  }

  private emit(key: Key): void {
    for (const subscriber of this.#subscribers) subscriber.next(key);
  }
}
