import { defer, Observable, type Subscriber } from 'rxjs';
import type { TimeSlices, Work } from '../rx/time-slices.js';
import type { Key } from '../types/connection.js';
import { copied } from './copied.js';
import { isOrdinary } from './plain.js';

/**
 * Lines that may wait for an app, in bytes of memory, before the caller is made to wait too. With what was read by then and
 * isn't handed on, up to twice 64 KiB, a caller can have 200 KiB waiting.
 */
export const TYPE_AHEAD_BYTES = 64 * 1024;

/** What an engine keeps for a line besides its letters: a header of 16 bytes, up to 7 to round up, and a place in a list that grows. */
export const LINE_OVERHEAD_BYTES = 40;

/** What the type-ahead does to the rest of its call. */
export interface TypeAheadHost {
  /** Called with true when more than {@link TYPE_AHEAD_BYTES} wait, with false at half of that. */
  hold(on: boolean): void;
  /** Does something in a turn of its own. */
  later(act: () => void): void;
  /** The time that callers share. */
  readonly time: TimeSlices;
  /** Has what is written meanwhile sent together. */
  batch(act: () => void): void;
  /** Called when somebody begins to read lines or keys. */
  asked(): void;
}

/** A line that isn't entered yet. */
export interface Unfinished {
  /** Takes the first character of it; nothing, if there is none. */
  takeCharacter(): string;
}

/** Subscriptions that are answered at once. */
const MOST_AT_ONCE = 256;

/**
 * The bounded queue between a caller and an app: keeps what is typed ahead, during the login too, and its fill
 * level is what holds the caller back. A class, since every caller has one.
 */
export class TypeAhead implements Work {
  /** The line that is being typed; there while somebody reads the caller's typing. */
  typing: Unfinished | undefined = undefined;
  readonly #host: TypeAheadHost;
  // Two stacks, bottom to bottom: shift() moves all of a long queue, and a flood of Enters would cost seconds.
  #typed = NOTHING;
  #due = NOTHING;
  #listeners: readonly Subscriber<string>[] = NOBODY;
  #keyListeners: readonly Subscriber<Key>[] = NOBODY;
  #takers: readonly (() => void)[] = NOBODY;
  /** How many of the takers answer a line, and read none meanwhile. */
  #answering = 0;
  /** Keys that wait while the caller is blocked. */
  #pressed = NOTHING;
  /** How many of them were handed on. */
  #pressedOn = 0;
  /** Subscriptions that something waited for, since the last turn of its own. */
  #atOnce = 0;
  #bytes = 0;
  #taken = 0;
  #holding = false;
  #flowing = false;
  #pressing = false;
  #blocked = false;
  /** Whether the rest waits for another slice of time. */
  #late = false;
  #ended = false;

  constructor(host: TypeAheadHost) {
    this.#host = host;
  }

  /** How many lines have been taken out so far. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether lines and keys wait until the caller has taken what was said to them. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Whether typing goes to {@link TypeAhead.key$}. */
  get wantsKeys(): boolean {
    // Nearly always, and asked at each line.
    if (this.#keyListeners.length === 0) return false;
    this.#keyListeners = open(this.#keyListeners);
    return this.#keyListeners.length > 0;
  }

  /** Whether somebody reads what is typed now. */
  get isRead(): boolean {
    return this.#takers.length > this.#answering || this.wantsKeys || this.isHeard();
  }

  /** What waits, then what comes, to every subscriber alike. Completes at the end. Lines wait while nobody listens. */
  get line$(): Observable<string> {
    return new Observable((subscriber) => {
      if (this.#ended) return subscriber.complete();
      this.#listeners = joined(this.#listeners, subscriber);
      this.#host.asked();
      this.within(() => this.goOn(() => this.flow()));
    });
  }

  /** The keys that are pressed, those of the lines that wait first. Completes at the end. */
  get key$(): Observable<Key> {
    return new Observable((subscriber) => {
      if (this.#ended) return subscriber.complete();
      this.#keyListeners = joined(this.#keyListeners, subscriber);
      this.#host.asked();
      this.within(() => this.goOn(() => this.pressAhead()));
    });
  }

  /**
   * Takes one line at a time: the next when the answer to the last has completed. Emits the answers; completes
   * at the end. While somebody is subscribed to {@link TypeAhead.line$}, the lines go there.
   */
  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      let answering = false;
      let stepping = false;
      // A loop, not a recursion: answers that complete at once would fill the stack.
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
        if (!answering) this.#host.asked();
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

  /** Puts in a line. */
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

  /** Hands on a key. */
  press(key: Key): void {
    if (this.#pressed.length === 0 && !this.stops()) {
      this.hand(key);
      return;
    }
    this.#pressed = added(this.#pressed, key);
    this.#bytes += weightOf(key);
    this.holdIfFull();
  }

  /** Stops the lines, or lets them go on: what is said to the caller is more than the caller takes. */
  block(on: boolean): void {
    this.#blocked = on;
    if (!on) this.goOn(() => this.step());
  }

  /** Hands on what waits, in a slice of time. */
  step(): boolean {
    this.#late = false;
    if (this.#ended) return false;
    this.#host.batch(() => {
      this.pressAhead();
      this.pressOn();
      this.flow();
    });
    return false;
  }

  /** Drops the lines that wait. */
  interrupt(): void {
    while (this.waits()) this.take();
  }

  /** There will be no more lines, and those that wait are dropped: the call is over. */
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
   * Whoever takes one line or key at a time, again and again, is answered within their subscribing; RxJS's `repeat` goes
   * deeper each time, and would fill the stack. So after some of them the rest is for a turn of its own.
   */
  private within(act: () => void): void {
    if (this.waits()) this.#atOnce += 1;
    if (this.#atOnce <= MOST_AT_ONCE) act();
    else
      this.#host.later(() => {
        this.#atOnce = 0;
        act();
      });
  }

  /** Hands on what waits: in a slice of time, if that is more than a line or a key, which costs less than the clock. */
  private goOn(handOn: () => void): void {
    const { time } = this.#host;
    const waiting = this.#typed.length + this.#due.length + this.#pressed.length;
    if (waiting < 2 || time.isRunning) handOn();
    else if (!this.#late) time.begin(this);
  }

  /** Whether lines and keys wait: until the caller has taken what was said, or until there is time for them. */
  private stops(): boolean {
    if (this.#blocked || this.#late) return true;
    const { time } = this.#host;
    if (!time.isOver) return false;
    this.#late = true;
    time.later(this);
    return true;
  }

  /** The keys that waited; those that nobody wants any more are dropped. */
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
    this.#host.hold(true);
  }

  private lighten(text: string): void {
    this.#bytes -= weightOf(text);
    if (!this.#holding || this.#bytes >= TYPE_AHEAD_BYTES / 2) return;
    this.#holding = false;
    this.#host.hold(false);
  }

  /** The lines that wait, and the one that is being typed, as keys; as many as are wanted. */
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

  /** Whether anybody listens to the lines. Who left is found out here: a finalizer for each would weigh more than they do. */
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
    // Who takes one line and asks for the next meanwhile hasn't left yet: it would get that one too, for nobody.
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

/** What a line or a key takes of memory. */
const weightOf = (text: string): number => (isOrdinary(text) ? 1 : 2) * text.length + LINE_OVERHEAD_BYTES;

const NOBODY: readonly never[] = [];

/** What waits, where nothing does: one for all callers, and nothing is put into it. */
const NOTHING: string[] = [];

/** A list with one more at its end. */
function added(list: string[], one: string): string[] {
  if (list === NOTHING) return [one];
  list.push(one);
  return list;
}

/** Those who are still there, and one more. */
const joined = <T>(listeners: readonly Subscriber<T>[], one: Subscriber<T>): readonly Subscriber<T>[] =>
  listeners.length === 0 ? [one] : [...open(listeners), one];

/** Those who are still there; the same list, if all are. */
function open<T>(listeners: readonly Subscriber<T>[]): readonly Subscriber<T>[] {
  return listeners.some(({ closed }) => closed) ? listeners.filter(({ closed }) => !closed) : listeners;
}
