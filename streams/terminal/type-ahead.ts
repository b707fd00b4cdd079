import type { Observable } from 'rxjs';
import type { TimeSlices, Work } from '../rx/time-slices.js';
import type { Key } from '../types/connection.js';
import { ByteDelivery, type BytePace } from './byte-delivery.js';
import { eachLine } from './each-line.js';
import { KeyDelivery, type KeyPace, type UnfinishedLine } from './key-delivery.js';
import { LineDelivery } from './line-delivery.js';

/**
 * The maximum size of waiting lines, in bytes of memory, before the caller is held. With what has been read
 * by then but not passed on, up to twice 64 KiB, a caller can have 200 KiB waiting.
 */
export const TYPE_AHEAD_BYTES = 64 * 1024;

/** What the type-ahead needs of its session. */
export interface TypeAheadDelegate {
  /** Called when more than {@link TYPE_AHEAD_BYTES} wait. */
  hold(): void;
  /** Called when less than half of that wait again. */
  release(): void;
  /** Runs `act` later, from the scheduler. */
  later(act: () => void): void;
  /** The time slices shared by all sessions. */
  readonly time: TimeSlices;
  /** Sends what is written during `act` together. */
  batch(act: () => void): void;
  /** Called when lines, keys or bytes are subscribed. */
  asked(): void;
  /** Encodes a text as the caller's terminal does. */
  encode(text: string): Uint8Array;
  /** Called when the app begins to read bytes; `isFirstTime` if it never did before. */
  bytesBegan(isFirstTime: boolean): void;
  /** Called when the app reads no more bytes, with those that nothing has taken. */
  bytesEnded(rest: readonly Uint8Array[]): void;
}

/** The maximum depth of synchronous subscriptions. */
const MAX_SYNCHRONOUS = 256;

/**
 * The bounded queue between a caller and an app. Keeps what is typed ahead, also during the login. When it is
 * full, the caller is held. A class, since there is one per caller.
 */
export class TypeAhead implements Work, KeyPace, BytePace {
  /** The line being typed; set while input is read. */
  typing: UnfinishedLine | undefined = undefined;
  readonly #delegate: TypeAheadDelegate;
  readonly #lines = new LineDelivery(this);
  /** Created when an app first reads keys; most apps never do. */
  #keys: KeyDelivery | undefined;
  /** Created when an app first reads bytes. */
  #byteDelivery: ByteDelivery | undefined;
  /** Subscriptions that took something at once, since the last run of the scheduler. */
  #synchronous = 0;
  #isHolding = false;
  #isBlocked = false;
  /** Whether the rest waits for another time slice. */
  #isDeferred = false;

  constructor(delegate: TypeAheadDelegate) {
    this.#delegate = delegate;
  }

  /** The number of lines, and of chunks of bytes, taken so far. */
  get taken(): number {
    return this.#lines.taken + (this.#byteDelivery?.taken ?? 0);
  }

  /** Whether lines, keys and bytes wait until the caller has read the output. */
  get blocked(): boolean {
    return this.#isBlocked;
  }

  /** Whether input goes to {@link TypeAhead.key$}. */
  get wantsKeys(): boolean {
    return this.#keys?.isWanted ?? false;
  }

  /** Whether input goes to {@link TypeAhead.byte$}. */
  get wantsBytes(): boolean {
    return this.#byteDelivery?.isWanted ?? false;
  }

  /** Whether input is read at the moment. */
  get isRead(): boolean {
    return this.#lines.isRead || this.wantsKeys || this.wantsBytes;
  }

  /**
   * Emits the waiting lines, then new ones, to every subscriber. Completes at the end. Without subscribers,
   * lines wait.
   */
  get line$(): Observable<string> {
    return this.#lines.line$;
  }

  /** Emits keys, starting with those of the waiting lines. Completes at the end. */
  get key$(): Observable<Key> {
    return this.keys.key$;
  }

  /** Emits bytes, starting with those of the waiting lines. Completes at the end. */
  get byte$(): Observable<Uint8Array> {
    this.#byteDelivery ??= new ByteDelivery(this, this.#lines);
    return this.#byteDelivery.byte$;
  }

  /**
   * Takes one line at a time, and the next when its answer has completed. Emits the answers, and completes at
   * the end. While {@link TypeAhead.line$} has subscribers, lines go there.
   */
  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T> {
    return eachLine(this.#lines, answer);
  }

  /** Adds a line. */
  push(line: string): void {
    this.#lines.push(line);
    this.holdIfFull();
  }

  /** Passes a key on. Without a subscriber it is dropped. */
  press(key: Key): void {
    this.keys.press(key);
    this.holdIfFull();
  }

  /** Passes bytes on. Without a subscriber they are dropped. */
  pushBytes(bytes: Uint8Array): void {
    if (!this.wantsBytes) return;
    this.#byteDelivery?.push(bytes);
    this.holdIfFull();
  }

  /** Drops the waiting lines. */
  interrupt(): void {
    while (this.#lines.length > 0) this.#lines.take();
  }

  /** Ends the queue, since the session is over: completes the subscribers and drops the waiting lines. */
  end(): void {
    if (this.#lines.hasEnded) return;
    this.#lines.end();
    this.#keys?.end();
    this.#byteDelivery?.end();
  }

  /** Stops passing on lines, keys and bytes. Used while the caller is behind with reading the output. */
  block(): void {
    this.#isBlocked = true;
  }

  /** Passes them on again. */
  unblock(): void {
    this.#isBlocked = false;
    this.deliver(() => this.step());
  }

  /** Passes on what waits, in a time slice. */
  step(): boolean {
    this.#isDeferred = false;
    if (this.#lines.hasEnded) return false;
    this.#delegate.batch(() => {
      this.#byteDelivery?.pass();
      this.#keys?.passLines();
      this.#keys?.passKeys();
      this.#lines.pass();
    });
    return false;
  }

  mustWait(): boolean {
    if (this.#isBlocked || this.#isDeferred) return true;
    const { time } = this.#delegate;
    if (!time.isOver) return false;
    this.#isDeferred = true;
    time.later(this);
    return true;
  }

  deliver(pass: () => void): void {
    const { time } = this.#delegate;
    const waiting = this.#lines.length + (this.#keys?.length ?? 0) + (this.#byteDelivery?.length ?? 0);
    // Not for one line, key or chunk: asking the clock would cost more.
    if (waiting < 2 || time.isRunning) pass();
    else if (!this.#isDeferred) time.begin(this);
  }

  deliverToNew(pass: () => void): void {
    this.asked();
    if (this.#lines.length > 0) this.#synchronous += 1;
    if (this.#synchronous <= MAX_SYNCHRONOUS) {
      this.deliver(pass);
      return;
    }
    // Synchronous `take(1), repeat()` recurses, and would overflow the stack.
    this.#delegate.later(() => {
      this.#synchronous = 0;
      this.deliver(pass);
    });
  }

  asked(): void {
    this.#delegate.asked();
  }

  encode(text: string): Uint8Array {
    return this.#delegate.encode(text);
  }

  bytesBegan(isFirstTime: boolean): void {
    this.#delegate.bytesBegan(isFirstTime);
  }

  bytesEnded(rest: readonly Uint8Array[]): void {
    this.#delegate.bytesEnded(rest);
  }

  releaseIfDrained(): void {
    if (!this.#isHolding || this.bytes() >= TYPE_AHEAD_BYTES / 2) return;
    this.#isHolding = false;
    this.#delegate.release();
  }

  private holdIfFull(): void {
    if (this.#isHolding || this.bytes() <= TYPE_AHEAD_BYTES) return;
    this.#isHolding = true;
    this.#delegate.hold();
  }

  private get keys(): KeyDelivery {
    this.#keys ??= new KeyDelivery(this, this.#lines);
    return this.#keys;
  }

  private bytes(): number {
    return this.#lines.bytes + (this.#keys?.bytes ?? 0) + (this.#byteDelivery?.bytes ?? 0);
  }
}
