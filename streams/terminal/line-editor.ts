import type { Key } from '../types/connection.js';
import { copied } from './copied.js';
import { firstLetter, lastLetter, letterStart } from './letters.js';
import { isOrdinary } from './plain.js';

/** The longest line a caller can type, in bytes of UTF-8; beyond it the bell rings and the rest is not taken. */
export const LINE_LIMIT = 1024;

/** How much of what was entered can be recalled: in lines, and in characters of all of them. */
const [HISTORY_LINES, HISTORY_LENGTH] = [20, 4096];

/** A line being typed: what is before the cursor, and what is behind. */
export interface Typed {
  readonly before: string;
  readonly after: string;
}

/** The history of nearly everybody: they edit their lines themselves. */
const NOTHING: readonly string[] = [];

/**
 * A line being typed, and the keys that edit it: backspace and delete take a letter (however many code points it
 * is of), Ctrl-W a word, Ctrl-U and Ctrl-K what is before and behind the cursor; left, right, home and end move
 * it; up and down recall what was entered. It knows nothing of a screen. A class, since every caller has one.
 */
export class LineEditor {
  before = '';
  after = '';
  /** True when something was not taken, since the line is full. */
  bell = false;
  #history: readonly string[] = NOTHING;
  #historyLength = 0;
  /** Where in the history we are; its length is the line that is being typed, which is kept meanwhile. */
  #recalled = 0;
  #draft = '';
  /** Bytes in the line: to count them anew for each key would cost more than the key. */
  #bytes = 0;

  /** Puts in text at the cursor, as much of it as fits. */
  type(text: string): void {
    const left = LINE_LIMIT - this.#bytes;
    // No character has more than three bytes for each of its UTF-16 units.
    const taken = text.length * 3 <= left ? text : fitting(text, left);
    if (taken.length < text.length) this.bell = true;
    this.before += taken;
    this.#bytes += bytesIn(taken);
  }

  /** Does what the key does; keys that mean nothing here do nothing. */
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

  /** Puts a text in the place of what is before the cursor, if it fits. */
  complete(before: string): void {
    const bytes = bytesIn(before) + bytesIn(this.after);
    if (bytes <= LINE_LIMIT) {
      this.before = before;
      this.#bytes = bytes;
    } else this.bell = true;
  }

  /** Hands over the line, and begins the next. */
  take(): string {
    const line = this.before + this.after;
    this.before = this.after = this.#draft = '';
    this.#bytes = 0;
    this.#recalled = this.#history.length;
    return line;
  }

  /** Lets go of the chunks that parts of the line came in: a part of a string keeps the whole of it. */
  letGo(): void {
    this.before = copied(this.before);
    this.after = copied(this.after);
  }

  /** Keeps a line for recalling it. */
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

  /** Keeps a line no longer. */
  forget(line: string): void {
    if (!this.#history.includes(line)) return;
    this.#history = this.#history.filter((other) => other !== line);
    this.#historyLength = this.#history.reduce((sum, { length }) => sum + length, 0);
    this.#recalled = this.#history.length;
  }

  /** Erases what is before the cursor, from there on. */
  private eraseBefore(from: number): void {
    this.#bytes -= bytesIn(this.before.slice(from));
    this.before = this.before.slice(0, from);
  }

  /** Erases so much of what is behind the cursor. */
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
 * What turns one line on a screen into another, the cursor included, with nothing but text, backspaces and
 * spaces, which every terminal knows.
 *
 * @param width How many columns a text takes.
 */
export function redrawn(shown: Typed, now: Typed, width: (text: string) => number): string {
  // Nearly always: more was typed at the end.
  if (shown.after === '' && now.after === '' && now.before.startsWith(shown.before)) {
    return now.before.slice(shown.before.length);
  }
  const columns = (text: string) => (isOrdinary(text) ? text.length : width(text));
  const was = shown.before + shown.after;
  const is = now.before + now.after;
  // Only the cursor moved: the rest of the line needn't be looked at.
  if (was === is) return movedTo(now.before.length, shown, was, columns);
  const same = Math.min(sameLetters(was, is), now.before.length);
  const moved = movedTo(same, shown, was, columns);
  const rest = is.slice(same);
  const gap = Math.max(0, columns(was.slice(same)) - columns(rest));
  return moved + rest + ' '.repeat(gap) + '\b'.repeat(gap + columns(now.after));
}

/** What moves the cursor to a place in the line that is shown. */
function movedTo(at: number, { before }: Typed, line: string, columns: (text: string) => number): string {
  return before.length > at ? '\b'.repeat(columns(before.slice(at))) : line.slice(before.length, at);
}

/** How many characters two lines have in common at their beginning; no letter is cut. */
function sameLetters(one: string, other: string): number {
  let same = 0;
  while (same < one.length && same < other.length && one.charCodeAt(same) === other.charCodeAt(same))
    same += 1;
  return Math.min(letterStart(one, same), letterStart(other, same));
}

/** As much of a text as fits into so many bytes of UTF-8; no character is cut. */
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
    // Each half of a pair is two of the four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}

const bytesOf = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** A line without anything in it. */
export const NOTHING_TYPED: Typed = { before: '', after: '' };
