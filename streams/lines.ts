import { Observable, type OperatorFunction } from 'rxjs';
import { type KeyHandler, Keys } from './keys.js';
import { LineEditor, NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import type { TypeAhead } from './type-ahead.js';
import type { Key } from './types.js';

/** What the line discipline needs to know of a call, and does to it. */
export interface LineTerminal {
  /** Text of bytes; keeps the rest of a character that was cut. */
  decode(bytes: Uint8Array): string;
  /** Whether what is typed is ours to show. Asked at each chunk, since it is negotiated. */
  echoes(): boolean;
  /** Whether what is typed is nobody's to see. */
  secret(): boolean;
  /** Shows what was typed. */
  show(text: string): void;
  /** How many columns a text takes on the screen. */
  readonly width: (text: string) => number;
  /** What makes a new line, or a new page, with the prompt on it. */
  freshPrompt(on: 'line' | 'page'): string;
  /** Hangs up, as the caller wishes. */
  hangUp(): void;
  /** Told when the reading of a chunk begins, and when it has ended. */
  reading(on: boolean): void;
  /** Told that a line was entered: the prompt is answered. */
  entered(): void;
  /** What is to be told of the line that is being typed; there while somebody reads it. */
  typing: Typing | undefined;
}

/** What a terminal tells of the line that is being typed. */
export interface Typing {
  /** Something else was written behind it: the next key shows it again. */
  disturbed(): void;
  /** It is nobody's any more. */
  discard(): void;
}

/** Where keys go while an app wants them instead of lines. */
type KeyTaker = Pick<TypeAhead, 'wantsKeys' | 'press' | 'interrupt' | 'unfinished'>;

/**
 * The line discipline: bytes to lines, without their newline. The keys that edit are {@link LineEditor}'s; besides,
 * Ctrl-C throws the line away, with what was typed ahead; Ctrl-D in an empty line hangs up; Ctrl-L draws the line
 * anew. While an app wants keys, they go to it and no lines come. Typing is echoed where that is ours to do: once
 * a chunk, as the difference to what is on the screen, so that no key makes more output than a line is long.
 *
 * An unfinished line at the end of the source is dropped: nobody pressed Enter.
 */
export function lines(terminal: LineTerminal, taker: KeyTaker): OperatorFunction<Uint8Array, string> {
  return (source) =>
    new Observable((subscriber) => {
      const discipline = new LineDiscipline(terminal, taker, (line) => subscriber.next(line));
      const goOn = () => !subscriber.closed;
      subscriber.add(
        source.subscribe({
          next: (bytes) => discipline.read(bytes, goOn),
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}

/** A class, since every caller has one. */
class LineDiscipline implements KeyHandler, Typing {
  readonly #terminal: LineTerminal;
  readonly #taker: KeyTaker;
  readonly #enter: (line: string) => void;
  readonly #keys = new Keys(this);
  readonly #editor = new LineEditor();
  /** What of the line is on the screen. */
  #shown: Typed = NOTHING_TYPED;
  #echoing = false;
  #fresh: 'no' | 'line' | 'page' = 'no';

  constructor(terminal: LineTerminal, taker: KeyTaker, enter: (line: string) => void) {
    this.#terminal = terminal;
    this.#taker = taker;
    this.#enter = enter;
    taker.unfinished = () => this.#takeUnfinished();
    terminal.typing = this;
  }

  read(bytes: Uint8Array, goOn: () => boolean): void {
    this.#echoing = this.#terminal.echoes();
    this.#terminal.reading(true);
    this.#keys.read(bytes, this.#terminal.decode(bytes), goOn);
    if (goOn()) this.#show();
    if (bytes.length > SHORT_CHUNK) this.#editor.letGo();
    this.#terminal.reading(false);
  }

  text(run: string): void {
    let rest = run;
    // Asked for each, since whoever hears a key may want lines from then on.
    while (rest !== '' && this.#taker.wantsKeys) {
      const character = firstOf(rest);
      rest = rest.slice(character.length);
      this.#taker.press(character);
    }
    if (rest !== '') this.#editor.type(rest);
  }

  key(name: Key): void {
    if (this.#taker.wantsKeys) this.#taker.press(name);
    else if (name === 'enter') this.#entered();
    else if (name === 'ctrl-c') this.#abandon();
    else if (name === 'ctrl-l') this.#fresh = 'page';
    else if (name === 'ctrl-d' && this.#editor.before + this.#editor.after === '') this.#terminal.hangUp();
    else this.#editor.press(name);
  }

  disturbed(): void {
    this.#shown = NOTHING_TYPED;
  }

  discard(): void {
    this.#editor.take();
    this.#shown = NOTHING_TYPED;
  }

  #entered(): void {
    const secret = this.#terminal.secret();
    if (this.#echoing) {
      this.#editor.press('end');
      this.#show('\n');
    }
    const line = this.#editor.take();
    if (this.#echoing && !secret) this.#editor.remember(line);
    this.#shown = NOTHING_TYPED;
    this.#terminal.entered();
    this.#enter(line);
  }

  #abandon(): void {
    this.#editor.take();
    this.#taker.interrupt();
    this.#fresh = 'line';
  }

  /** Brings the screen up to date, and adds what comes after the line. */
  #show(more = ''): void {
    let text = this.#fresh === 'no' ? '' : this.#terminal.freshPrompt(this.#fresh);
    if (text !== '') this.#shown = NOTHING_TYPED;
    this.#fresh = 'no';
    if (this.#echoing) {
      const { before, after } = this.#editor;
      const now = this.#terminal.secret() ? NOTHING_TYPED : { before, after };
      text += redrawn(this.#shown, now, this.#terminal.width);
      this.#shown = now;
    }
    if (this.#editor.bell) text += '\x07';
    this.#editor.bell = false;
    text += more;
    if (text !== '') this.#terminal.show(text);
  }

  #takeUnfinished(): string {
    this.#shown = NOTHING_TYPED;
    const line = this.#editor.take();
    const character = firstOf(line);
    this.#editor.type(line.slice(character.length));
    return character;
  }
}

/** What is kept of a longer chunk, for a few letters of it, is copied. */
const SHORT_CHUNK = 1024;

const firstOf = (text: string) => (text === '' ? '' : String.fromCodePoint(text.codePointAt(0) ?? 0));
