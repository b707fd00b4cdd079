import { Observable } from 'rxjs';
import { NO_SUBSCRIBERS, openSubscribers, withSubscriber } from '../rx/open-subscribers.js';
import type { Destination } from '../rx/operator.js';
import type { UnfinishedLine } from './key-delivery.js';
import type { DeliveryPace, LineDelivery } from './line-delivery.js';

/** The memory that a waiting chunk takes besides its bytes: a typed array with a buffer of its own. */
const CHUNK_OVERHEAD_BYTES = 200;

/** What {@link ByteDelivery} needs of the type-ahead. */
export interface BytePace extends DeliveryPace {
  /** The line being typed. */
  readonly typing: UnfinishedLine | undefined;
  /** Encodes a text as the caller's terminal does. */
  encode(text: string): Uint8Array;
  /** Called when bytes get their first subscriber; `isFirstTime` if there was none before. */
  bytesBegan(isFirstTime: boolean): void;
  /** Called when bytes have no more subscribers, with the chunks that nothing has taken. */
  bytesEnded(rest: readonly Uint8Array[]): void;
}

/** Passes a caller's bytes to the app, and the waiting lines as bytes. A class, as {@link LineDelivery} is. */
export class ByteDelivery {
  readonly #pace: BytePace;
  readonly #lines: LineDelivery;
  /** Chunks that wait while the caller is blocked. */
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #subscribers: readonly Destination<Uint8Array>[] = NO_SUBSCRIBERS;
  #taken = 0;
  #isPassing = false;
  #hasBegun = false;

  constructor(pace: BytePace, lines: LineDelivery) {
    this.#pace = pace;
    this.#lines = lines;
  }

  /** Whether bytes have subscribers. */
  get isWanted(): boolean {
    this.#subscribers = openSubscribers(this.#subscribers);
    return this.#subscribers.length > 0;
  }

  /** The number of chunks taken so far, besides lines. */
  get taken(): number {
    return this.#taken;
  }

  /** The number of waiting chunks. */
  get length(): number {
    return this.#waiting.length;
  }

  /** The memory that the waiting chunks take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Emits bytes, starting with those of the waiting lines. Completes at the end. */
  get byte$(): Observable<Uint8Array> {
    return new Observable((subscriber) => {
      if (this.#lines.hasEnded) return subscriber.complete();
      const isFirst = !this.isWanted;
      this.#subscribers = withSubscriber(this.#subscribers, subscriber);
      if (isFirst) this.begin();
      subscriber.add(() => this.leave());
      this.#pace.deliverToNew(() => this.pass());
    });
  }

  /**
   * Passes a chunk on, after those that wait. Only then it is copied: to copy each would take longer than to
   * send it.
   */
  push(bytes: Uint8Array): void {
    if (this.length === 0 && this.#lines.length === 0 && !this.#pace.mustWait()) {
      this.#taken += 1;
      this.emit(bytes);
      return;
    }
    const chunk = new Uint8Array(bytes);
    this.#waiting.push(chunk);
    this.#bytes += weightOf(chunk);
  }

  /** Passes on the waiting lines, the line being typed and the chunks that waited, as many as are wanted. */
  pass(): void {
    // One that unsubscribes and subscribes again meanwhile continues where the loop is.
    if (this.#isPassing) return;
    this.#isPassing = true;
    try {
      while (this.mayPass() && this.#lines.length > 0)
        this.emit(this.#pace.encode(`${this.#lines.take()}\r`));
      if (this.mayPass()) this.passUnfinishedLine();
      while (this.mayPass() && this.length > 0) {
        const chunk = this.#waiting.shift() as Uint8Array;
        this.#bytes -= weightOf(chunk);
        this.#taken += 1;
        this.#pace.releaseIfDrained();
        this.emit(chunk);
      }
    } finally {
      this.#isPassing = false;
    }
  }

  /** Drops the waiting chunks, and completes the subscribers. */
  end(): void {
    this.clear();
    for (const subscriber of this.#subscribers) subscriber.complete();
  }

  private begin(): void {
    const isFirstTime = !this.#hasBegun;
    this.#hasBegun = true;
    this.#pace.bytesBegan(isFirstTime);
  }

  private leave(): void {
    if (this.isWanted) return;
    const rest = this.#waiting;
    this.clear();
    this.#pace.bytesEnded(rest);
    this.#pace.releaseIfDrained();
  }

  private clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  private passUnfinishedLine(): void {
    const bytes = this.#pace.typing?.takeBytes();
    if (bytes && bytes.length > 0) this.emit(bytes);
  }

  private mayPass(): boolean {
    return this.isWanted && !this.#pace.mustWait();
  }

  private emit(bytes: Uint8Array): void {
    for (const subscriber of this.#subscribers) subscriber.next(bytes);
  }
}

const weightOf = ({ length }: Uint8Array) => length + CHUNK_OVERHEAD_BYTES;
