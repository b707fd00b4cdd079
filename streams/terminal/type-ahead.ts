import { defer, Observable, type Subscriber } from 'rxjs';
import type { TimeSlices, Work } from '../rx/time-slices.js';
import type { Key } from '../types/connection.js';
import { copied } from './copied.js';
import { isOrdinary } from './sanitize.js';

/**
 * The maximum size of waiting lines, in bytes of memory, before the caller is held. With what has been read
 * by then but not passed on, up to twice 64 KiB, a caller can have 200 KiB waiting.
 */
export const TYPE_AHEAD_BYTES = 64 * 1024;

/** V8's overhead per line: a header of 16 bytes, up to 7 of padding, and a slot in a growing array. */
export const LINE_OVERHEAD_BYTES = 40;

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
  /** Called when lines or keys are subscribed. */
  asked(): void;
}

/** A line that isn't entered yet. */
export interface Unfinished {
  /** Takes its first character; an empty string if there is none. */
  takeCharacter(): string;
}

/** The maximum depth of synchronous subscriptions. */
const MAX_SYNCHRONOUS = 256;

/**
 * The bounded queue between a caller and an app. Keeps what is typed ahead, also during the login. When it is
 * full, the caller is held. A class, since there is one per caller.
 */
export class TypeAhead implements Work {
  /** The line being typed; set while input is read. */
  typing: Unfinished | undefined = undefined;
  readonly #delegate: TypeAheadDelegate;
  // Two stacks, bottom to bottom: `shift()` moves the whole array, and a flood of Enters would cost seconds.
  #typed = NOTHING;
  #due = NOTHING;
  #listeners: readonly Subscriber<string>[] = NOBODY;
  #keyListeners: readonly Subscriber<Key>[] = NOBODY;
  #takers: readonly (() => void)[] = NOBODY;
  /** The number of takers that are answering a line, and read none meanwhile. */
  #answering = 0;
  /** Keys that wait while the caller is blocked. */
  #pressed = NOTHING;
  /** How many of them have been passed on. */
  #pressedOn = 0;
  /** Subscriptions that took something at once, since the last run of the scheduler. */
  #synchronous = 0;
  #bytes = 0;
  #taken = 0;
  #holding = false;
  #flowing = false;
  #pressing = false;
  #blocked = false;
  /** Whether the rest waits for another time slice. */
  #late = false;
  #ended = false;

  constructor(delegate: TypeAheadDelegate) {
    this.#delegate = delegate;
  }

  /** The number of lines taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether lines and keys wait until the caller has read the output. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Whether input goes to {@link TypeAhead.key$}. */
  get wantsKeys(): boolean {
    // Fast path, asked at each line.
    if (this.#keyListeners.length === 0) return false;
    this.#keyListeners = open(this.#keyListeners);
    return this.#keyListeners.length > 0;
  }

  /** Whether input is read at the moment. */
  get isRead(): boolean {
    return this.#takers.length > this.#answering || this.wantsKeys || this.isHeard();
  }

  /**
   * Emits the waiting lines, then new ones, to every subscriber. Completes at the end. Without subscribers,
   * lines wait.
   */
  get line$(): Observable<string> {
    return new Observable((subscriber) => {
      if (this.#ended) return subscriber.complete();
      this.#listeners = joined(this.#listeners, subscriber);
      this.#delegate.asked();
      this.within(() => this.goOn(() => this.flow()));
    });
  }

  /** Emits keys, starting with those of the waiting lines. Completes at the end. */
  get key$(): Observable<Key> {
    return new Observable((subscriber) => {
      if (this.#ended) return subscriber.complete();
      this.#keyListeners = joined(this.#keyListeners, subscriber);
      this.#delegate.asked();
      this.within(() => this.goOn(() => this.pressAhead()));
    });
  }

  /**
   * Takes one line at a time, and the next when its answer has completed. Emits the answers, and completes at
   * the end. While {@link TypeAhead.line$} has subscribers, lines go there.
   */
  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      let answering = false;
      let stepping = false;
      // A loop: with synchronous answers a recursion would overflow the stack.
      const step = () => {
        if (stepping) return;
        stepping = true;
        try {
          while (!answering && !subscriber.closed && this.flows() && !this.isHeard()) {
            const line = this.take();
            answering = true;
            this.#answering += 1;
            subscriber.add(
              defer(() => answer(line)).subscribe({
                next: (value) => subscriber.next(value),
                error: (error) => subscriber.error(error),
                complete: () => {
                  answering = false;
                  this.#answering -= 1;
                  if (!stepping) this.goOn(step);
                },
              }),
            );
          }
        } finally {
          stepping = false;
        }
        if (!answering) this.#delegate.asked();
        if (this.#ended && !answering) subscriber.complete();
      };
      this.#takers = [...this.#takers, step];
      subscriber.add(() => {
        this.#takers = this.#takers.filter((other) => other !== step);
        if (answering) this.#answering -= 1;
        answering = false;
      });
      this.goOn(step);
    });
  }

  /** Adds a line. */
  push(line: string): void {
    if (this.#ended) return;
    const listener = this.#listeners[0];
    if (listener && !listener.closed && this.#listeners.length === 1 && !this.waits() && !this.stops()) {
      this.#taken += 1;
      listener.next(line);
      return;
    }
    this.#typed = added(this.#typed, copied(line));
    this.#bytes += weightOf(line);
    this.flow();
    this.holdIfFull();
  }

  /** Passes a key on. */
  press(key: Key): void {
    if (this.#pressed.length === 0 && !this.stops()) {
      this.hand(key);
      return;
    }
    this.#pressed = added(this.#pressed, key);
    this.#bytes += weightOf(key);
    this.holdIfFull();
  }

  /** Stops passing on lines and keys. Used while the caller is behind with reading the output. */
  block(): void {
    this.#blocked = true;
  }

  /** Passes on lines and keys again. */
  unblock(): void {
    this.#blocked = false;
    this.goOn(() => this.step());
  }

  /** Passes on what waits, in a time slice. */
  step(): boolean {
    this.#late = false;
    if (this.#ended) return false;
    this.#delegate.batch(() => {
      this.pressAhead();
      this.pressOn();
      this.flow();
    });
    return false;
  }

  /** Drops the waiting lines. */
  interrupt(): void {
    while (this.waits()) this.take();
  }

  /** Ends the queue, since the session is over: completes the subscribers and drops the waiting lines. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#typed = this.#due = this.#pressed = NOTHING;
    this.#pressedOn = 0;
    for (const listener of this.#listeners) listener.complete();
    for (const listener of this.#keyListeners) listener.complete();
    for (const next of this.#takers) next();
  }

  /**
   * Synchronous `take(1), repeat()` recurses, and would overflow the stack. After {@link MAX_SYNCHRONOUS}
   * rounds, defer to the scheduler.
   */
  private within(act: () => void): void {
    if (this.waits()) this.#synchronous += 1;
    if (this.#synchronous <= MAX_SYNCHRONOUS) act();
    else
      this.#delegate.later(() => {
        this.#synchronous = 0;
        act();
      });
  }

  /**
   * Passes on what waits. Uses a time slice from two lines or keys on; for one, asking the clock would cost
   * more.
   */
  private goOn(handOn: () => void): void {
    const { time } = this.#delegate;
    const waiting = this.#typed.length + this.#due.length + this.#pressed.length;
    if (waiting < 2 || time.isRunning) handOn();
    else if (!this.#late) time.begin(this);
  }

  /** Whether lines and keys must wait: for the caller to read the output, or for another time slice. */
  private stops(): boolean {
    if (this.#blocked || this.#late) return true;
    const { time } = this.#delegate;
    if (!time.isOver) return false;
    this.#late = true;
    time.later(this);
    return true;
  }

  /** Passes on the keys that waited. Without a subscriber they are dropped. */
  private pressOn(): void {
    while (this.#pressed.length > 0 && !this.stops()) {
      const key = this.#pressed[this.#pressedOn] ?? '';
      this.#pressedOn += 1;
      if (this.#pressedOn === this.#pressed.length) {
        this.#pressed = NOTHING;
        this.#pressedOn = 0;
      }
      this.lighten(key);
      this.hand(key);
    }
  }

  private hand(key: Key): void {
    for (const listener of this.#keyListeners) listener.next(key);
  }

  private holdIfFull(): void {
    if (this.#holding || this.#bytes <= TYPE_AHEAD_BYTES) return;
    this.#holding = true;
    this.#delegate.hold();
  }

  private lighten(text: string): void {
    this.#bytes -= weightOf(text);
    if (!this.#holding || this.#bytes >= TYPE_AHEAD_BYTES / 2) return;
    this.#holding = false;
    this.#delegate.release();
  }

  /** Turns the waiting lines and the line being typed into keys, as many as are wanted. */
  private pressAhead(): void {
    if (this.#pressing) return;
    this.#pressing = true;
    try {
      this.pressWhatWaits();
    } finally {
      this.#pressing = false;
    }
  }

  private pressWhatWaits(): void {
    const goOn = () => this.wantsKeys && !this.stops();
    while (goOn() && this.waits()) {
      const line = this.take();
      let pressed = 0;
      for (const character of line) {
        if (!goOn()) break;
        pressed += character.length;
        this.hand(character);
      }
      if (goOn()) this.hand('enter');
      else this.putBack(line.slice(pressed));
    }
    while (goOn()) {
      const character = this.typing?.takeCharacter();
      if (!character) return;
      this.hand(character);
    }
  }

  private putBack(line: string): void {
    this.#due = added(this.#due, line);
    this.#bytes += weightOf(line);
    this.#taken -= 1;
  }

  /**
   * Whether lines have subscribers. Checks for closed ones here: a finalizer for each would use more
   * memory.
   */
  private isHeard(): boolean {
    this.#listeners = open(this.#listeners);
    return this.#listeners.length > 0;
  }

  private waits(): boolean {
    return this.#typed.length + this.#due.length > 0;
  }

  private flows(): boolean {
    return this.waits() && !this.stops();
  }

  private take(): string {
    if (this.#due.length === 0) [this.#typed, this.#due] = [NOTHING, this.#typed.reverse()];
    const line = this.#due.pop() as string;
    if (this.#due.length === 0) this.#due = NOTHING;
    this.#taken += 1;
    this.lighten(line);
    return line;
  }

  private flow(): void {
    // `take(1)` that resubscribes synchronously is still subscribed here: it would get the next line too, and
    // lose it.
    if (this.#flowing) return;
    this.#flowing = true;
    try {
      while (this.flows() && this.isHeard()) {
        const line = this.take();
        for (const listener of this.#listeners) listener.next(line);
      }
    } finally {
      this.#flowing = false;
    }
    for (const next of this.#takers) next();
  }
}

/** The memory that a line or key takes. */
const weightOf = (text: string): number => (isOrdinary(text) ? 1 : 2) * text.length + LINE_OVERHEAD_BYTES;

const NOBODY: readonly never[] = [];

/** The shared empty queue; never modified. */
const NOTHING: string[] = [];

/** Appends to a list, which is created at the first use. */
function added(list: string[], one: string): string[] {
  if (list === NOTHING) return [one];
  list.push(one);
  return list;
}

/** The open subscribers, and a new one. */
const joined = <T>(listeners: readonly Subscriber<T>[], one: Subscriber<T>): readonly Subscriber<T>[] =>
  listeners.length === 0 ? [one] : [...open(listeners), one];

/** The open subscribers; the same array if all are open. */
function open<T>(listeners: readonly Subscriber<T>[]): readonly Subscriber<T>[] {
  return listeners.some(({ closed }) => closed) ? listeners.filter(({ closed }) => !closed) : listeners;
}
