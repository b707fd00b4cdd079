import type { Key } from '../types/connection.js';
import { copied } from './copied.js';
import { firstLetter, lastLetter, letterStart } from './graphemes.js';
import { isOrdinary } from './sanitize.js';

/** The maximum length of a line, in bytes of UTF-8. Further characters ring the bell and are dropped. */
export const LINE_LIMIT = 1024;

/** The maximum size of the history, in lines and in characters. */
const [HISTORY_LINES, HISTORY_LENGTH] = [20, 4096];

/** The line being typed, before and after the cursor. */
export interface Typed {
  readonly before: string;
  readonly after: string;
}

/** The shared empty history of callers whose clients edit the line locally. */
const NOTHING: readonly string[] = [];

/**
 * Edits the line being typed. Backspace and Delete remove a letter (of any number of code points), Ctrl-W a
 * word, Ctrl-U and Ctrl-K the text before and after the cursor. Left, Right, Home and End move the cursor. Up
 * and Down recall the history. It doesn't write to the screen. A class, since there is one per caller.
 */
export class LineEditor {
  before = '';
  after = '';
  /** True if characters were dropped because the line is full. */
  bell = false;
  #history: readonly string[] = NOTHING;
  #historyLength = 0;
  /** The index in the history; its length stands for the line being typed, which is kept meanwhile. */
  #recalled = 0;
  #draft = '';
  /** Bytes in the line. Counting them at each key would cost more than the key. */
  #bytes = 0;

  /** Inserts text at the cursor, as much as fits. */
  type(text: string): void {
    const left = LINE_LIMIT - this.#bytes;
    // A UTF-16 unit takes at most three bytes.
    const taken = text.length * 3 <= left ? text : fitting(text, left);
    if (taken.length < text.length) this.bell = true;
    this.before += taken;
    this.#bytes += bytesIn(taken);
  }

  /** Handles a key; ignores unknown ones. */
  press(key: Key): void {
    const { before, after } = this;
    switch (key) {
      case 'backspace':
        this.eraseBefore(before.length - lastLetter(before).length);
        break;
      case 'delete':
      case 'ctrl-d':
        this.eraseAfter(firstLetter(after).length);
        break;
      case 'ctrl-w':
      case 'alt-backspace':
        this.eraseBefore(before.trimEnd().lastIndexOf(' ') + 1);
        break;
      case 'ctrl-u':
        this.eraseBefore(0);
        break;
      case 'ctrl-k':
        this.eraseAfter(after.length);
        break;
      case 'left':
      case 'ctrl-b':
        this.moveTo(before.length - lastLetter(before).length);
        break;
      case 'right':
      case 'ctrl-f':
        this.moveTo(before.length + firstLetter(after).length);
        break;
      case 'home':
      case 'ctrl-a':
        this.moveTo(0);
        break;
      case 'end':
      case 'ctrl-e':
        this.moveTo(before.length + after.length);
        break;
      case 'up':
      case 'ctrl-p':
        this.recall(this.#recalled - 1);
        break;
      case 'down':
      case 'ctrl-n':
        this.recall(this.#recalled + 1);
        break;
    }
  }

  /** Replaces the text before the cursor, if it fits. */
  complete(before: string): void {
    const bytes = bytesIn(before) + bytesIn(this.after);
    if (bytes <= LINE_LIMIT) {
      this.before = before;
      this.#bytes = bytes;
    } else this.bell = true;
  }

  /** Returns the line, and starts the next. */
  take(): string {
    const line = this.before + this.after;
    this.before = this.after = this.#draft = '';
    this.#bytes = 0;
    this.#recalled = this.#history.length;
    return line;
  }

  /** Copies the line, so that it doesn't keep the packets alive that it is sliced from. */
  letGo(): void {
    this.before = copied(this.before);
    this.after = copied(this.after);
  }

  /** Adds a line to the history. */
  remember(line: string): void {
    if (line.trim() === '' || line === this.#history.at(-1)) return;
    const history = [...this.#history, copied(line)];
    this.#historyLength += line.length;
    while (history.length > HISTORY_LINES || this.#historyLength > HISTORY_LENGTH) {
      this.#historyLength -= (history.shift() as string).length;
    }
    this.#history = history;
    this.#recalled = history.length;
  }

  /** Removes a line from the history. */
  forget(line: string): void {
    if (!this.#history.includes(line)) return;
    this.#history = this.#history.filter((other) => other !== line);
    this.#historyLength = this.#history.reduce((sum, { length }) => sum + length, 0);
    this.#recalled = this.#history.length;
  }

  /** Deletes the text from `from` to the cursor. */
  private eraseBefore(from: number): void {
    this.#bytes -= bytesIn(this.before.slice(from));
    this.before = this.before.slice(0, from);
  }

  /** Deletes `length` units after the cursor. */
  private eraseAfter(length: number): void {
    this.#bytes -= bytesIn(this.after.slice(0, length));
    this.after = this.after.slice(length);
  }

  private moveTo(at: number): void {
    const line = this.before + this.after;
    this.before = line.slice(0, at);
    this.after = line.slice(at);
  }

  private recall(at: number): void {
    if (at < 0 || at > this.#history.length) return;
    if (this.#recalled === this.#history.length) this.#draft = this.before + this.after;
    this.#recalled = at;
    this.before = this.#history[at] ?? this.#draft;
    this.after = '';
    this.#bytes = bytesIn(this.before);
  }
}

/**
 * Returns the output that turns one line on the screen into another, including the cursor. Uses only text,
 * backspaces and spaces, which every terminal understands.
 *
 * @param width Returns the columns a text takes.
 */
export function redrawn(shown: Typed, now: Typed, width: (text: string) => number): string {
  // Fast path: text added at the end.
  if (shown.after === '' && now.after === '' && now.before.startsWith(shown.before)) {
    return now.before.slice(shown.before.length);
  }
  const columns = (text: string) => (isOrdinary(text) ? text.length : width(text));
  const was = shown.before + shown.after;
  const is = now.before + now.after;
  // Fast path: only the cursor moved.
  if (was === is) return movedTo(now.before.length, shown, was, columns);
  const same = Math.min(sameLetters(was, is), now.before.length);
  const moved = movedTo(same, shown, was, columns);
  const rest = is.slice(same);
  const gap = Math.max(0, columns(was.slice(same)) - columns(rest));
  return moved + rest + ' '.repeat(gap) + '\b'.repeat(gap + columns(now.after));
}

/** Returns the output that moves the cursor to an index of the line shown. */
function movedTo(at: number, { before }: Typed, line: string, columns: (text: string) => number): string {
  return before.length > at ? '\b'.repeat(columns(before.slice(at))) : line.slice(before.length, at);
}

/** The length of the common prefix in UTF-16 units, without cutting a letter. */
function sameLetters(one: string, other: string): number {
  let same = 0;
  while (same < one.length && same < other.length && one.charCodeAt(same) === other.charCodeAt(same))
    same += 1;
  return Math.min(letterStart(one, same), letterStart(other, same));
}

/** Returns as much of a text as fits into `bytes` of UTF-8, without cutting a character. */
function fitting(text: string, bytes: number): string {
  let left = bytes;
  let end = 0;
  for (const character of text) {
    left -= bytesOf(character.codePointAt(0) as number);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function bytesIn(text: string): number {
  if (isOrdinary(text)) return text.length;
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Each surrogate counts for two of the pair's four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}

const bytesOf = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** An empty line. */
export const NOTHING_TYPED: Typed = { before: '', after: '' };
