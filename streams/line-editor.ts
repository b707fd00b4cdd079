import { copied } from './copied.js';
import { isOrdinary } from './plain.js';
import type { Key } from './types.js';

/** The longest line a caller can type, in bytes of UTF-8; beyond it the bell rings and the rest is not taken. */
export const LINE_LIMIT = 1024;

/** How much of what was entered can be recalled: in lines, and in characters of all of them. */
const [HISTORY_LINES, HISTORY_LENGTH] = [20, 4096];

/** A line being typed: what is before the cursor, and what is behind. */
export interface Typed {
  readonly before: string;
  readonly after: string;
}

/** What a person takes for one letter. */
export const LETTERS = new Intl.Segmenter();

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

  /** Puts in text at the cursor, as much of it as fits. */
  type(text: string): void {
    const length = this.before.length + this.after.length + text.length;
    // No character has more than three bytes for each of its UTF-16 units.
    const taken =
      length * 3 <= LINE_LIMIT ? text : fitting(text, LINE_LIMIT - bytesIn(this.before + this.after));
    if (taken.length < text.length) this.bell = true;
    this.before += taken;
  }

  /** Does what the key does; keys that mean nothing here do nothing. */
  press(key: Key): void {
    const { before, after } = this;
    switch (key) {
      case 'backspace':
        this.become(before.slice(0, before.length - lastLetter(before).length), after);
        break;
      case 'delete':
      case 'ctrl-d':
        this.become(before, after.slice(firstLetter(after).length));
        break;
      case 'ctrl-w':
      case 'alt-backspace':
        this.become(before.slice(0, before.trimEnd().lastIndexOf(' ') + 1), after);
        break;
      case 'ctrl-u':
        this.become('', after);
        break;
      case 'ctrl-k':
        this.become(before, '');
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
    if (bytesIn(before + this.after) <= LINE_LIMIT) this.before = before;
    else this.bell = true;
  }

  /** Hands over the line, and begins the next. */
  take(): string {
    const line = this.before + this.after;
    this.before = this.after = this.#draft = '';
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

  private become(before: string, after: string): void {
    this.before = before;
    this.after = after;
  }

  private moveTo(at: number): void {
    const line = this.before + this.after;
    this.become(line.slice(0, at), line.slice(at));
  }

  private recall(at: number): void {
    if (at < 0 || at > this.#history.length) return;
    if (this.#recalled === this.#history.length) this.#draft = this.before + this.after;
    this.#recalled = at;
    this.become(this.#history[at] ?? this.#draft, '');
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
  const same = Math.min(sameLetters(was, is), now.before.length);
  const moved =
    shown.before.length > same
      ? '\b'.repeat(columns(shown.before.slice(same)))
      : was.slice(shown.before.length, same);
  if (was === is) return moved;
  const rest = is.slice(same);
  const gap = Math.max(0, columns(was.slice(same)) - columns(rest));
  return moved + rest + ' '.repeat(gap) + '\b'.repeat(gap + columns(now.after));
}

/** How many characters two lines have in common at their beginning; no letter is cut. */
function sameLetters(one: string, other: string): number {
  let same = 0;
  while (same < one.length && same < other.length && one.charCodeAt(same) === other.charCodeAt(same))
    same += 1;
  if (same === 0 || isOrdinary(one.slice(same - 1, same + 1) + other.slice(same, same + 1))) return same;
  const start = (text: string) => LETTERS.segment(text).containing(same)?.index ?? same;
  return Math.min(start(one), start(other));
}

/** Longer letters are taken in parts. */
const LONGEST_LETTER = 64;

// Looked up where the cursor is: walking the whole line would cost a millisecond for each backspace.
function lastLetter(text: string): string {
  if (isOrdinary(text.slice(-2))) return text.slice(-1);
  const end = text.slice(-LONGEST_LETTER);
  return (LETTERS.segment(end).containing(end.length - 1) as Intl.SegmentData).segment;
}

function firstLetter(text: string): string {
  if (isOrdinary(text.slice(0, 2))) return text.slice(0, 1);
  return (LETTERS.segment(text.slice(0, LONGEST_LETTER)).containing(0) as Intl.SegmentData).segment;
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
  for (const character of text) bytes += bytesOf(character.codePointAt(0) as number);
  return bytes;
}

const bytesOf = (point: number) => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** A line without anything in it. */
export const NOTHING_TYPED: Typed = { before: '', after: '' };
