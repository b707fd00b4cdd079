import type { OperatorFunction, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';
import type { Key } from '../types/connection.js';
import type { Completer } from '../types/session.js';
import { completed, listed } from './complete.js';
import { type KeyHandler, Keys } from './keys.js';
import { LINE_LIMIT, LineEditor, NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { plain, withoutControls } from './plain.js';
import type { TypeAhead, Unfinished } from './type-ahead.js';

/** What the line discipline needs to know of a call, and does to it. */
export interface LineTerminal {
  /** Text of bytes; keeps the rest of a character that was cut. */
  decode(bytes: Uint8Array): string;
  /** Whether what is typed is ours to show. Asked at each chunk, since it is negotiated. */
  echoes(): boolean;
  /** Whether what is typed is nobody's to see, or may turn out to be. */
  secret(): boolean;
  /** Whether DEL is the Delete key, and not Backspace. Asked at each DEL, since it is negotiated. */
  hasPcKeys(): boolean;
  /** Shows what was typed. */
  show(text: string): void;
  /** Shows lines above the prompt and the line that is being typed. */
  notify(lines: string): void;
  /** How many columns a text takes on the screen. */
  readonly width: (text: string) => number;
  /** How many columns a text takes at most, whatever the terminal. */
  readonly maxWidth: (text: string) => number;
  /** How many columns the screen has. */
  readonly columns: number;
  /** Another number for each packet of the transport, which may come in several chunks. */
  readonly packet: number;
  /** What the line may become, if somebody knows. */
  readonly candidates: Completer | undefined;
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

/** What a terminal tells, and asks, of the line that is being typed. */
export interface Typing {
  /** What of it is on the screen. */
  readonly shown: Typed;
  /** What of it is to be on the screen from now on; the same object as long as nothing of it has changed. */
  refresh(): Typed;
  /** Something else was written behind it: the next key shows it again. */
  disturbed(): void;
  /** It is nobody's any more. */
  discard(): void;
  /** This line is not to be recalled. */
  forget(line: string): void;
}

/** Where keys go while an app wants them instead of lines. */
type KeyTaker = Pick<TypeAhead, 'wantsKeys' | 'press' | 'interrupt' | 'typing'>;

/**
 * The line discipline: bytes to lines, without their newline. The keys that edit are {@link LineEditor}'s; besides,
 * Ctrl-C throws the line away, with what was typed ahead; Ctrl-D in an empty line hangs up; Ctrl-L draws the line
 * anew; Tab completes it. While an app wants keys, they go to it and no lines come. Typing is echoed where that is ours
 * to do: once a chunk, as the difference to what is on the screen, so that no key makes more output than a line is
 * long. Lines and keys are {@link plain} text: whatever an app hands on to another caller drives nobody's terminal.
 *
 * An unfinished line at the end of the source is dropped: nobody pressed Enter.
 */
export function lines(terminal: LineTerminal, taker: KeyTaker): OperatorFunction<Uint8Array, string> {
  return staged((below) => new LineDiscipline(below, terminal, taker));
}

class LineDiscipline extends Stage<Uint8Array, string> implements KeyHandler, Typing, Unfinished {
  readonly #terminal: LineTerminal;
  readonly #taker: KeyTaker;
  readonly #keys = new Keys(this);
  readonly #editor = new LineEditor();
  /** What of the line is on the screen. */
  shown: Typed = NOTHING_TYPED;
  #echoing = false;
  #isOrdinary = true;
  #completedIn = -1;
  #fresh: 'no' | 'line' | 'page' = 'no';

  constructor(below: Subscriber<string>, terminal: LineTerminal, taker: KeyTaker) {
    super(below);
    this.#terminal = terminal;
    this.#taker = taker;
    taker.typing = this;
    terminal.typing = this;
  }

  override next(bytes: Uint8Array): void {
    if (this.isStopped) return;
    this.#terminal.reading(true);
    try {
      this.#echoing = this.#terminal.echoes();
      this.#keys.read(bytes, this.#terminal.decode(bytes));
      if (!this.closed) this.show();
      if (bytes.length > SHORT_CHUNK) this.#editor.letGo();
    } catch (error) {
      this.fail(error);
    } finally {
      this.#terminal.reading(false);
    }
  }

  line(run: string): void {
    const { before, after } = this.#editor;
    const isUnfinished = before.length + after.length > 0;
    const isLong = run.length > LINE_LIMIT;
    if (this.#echoing || isUnfinished || isLong || !this.#isOrdinary || this.#taker.wantsKeys) {
      this.text(run, true);
      this.key('enter');
      return;
    }
    this.#terminal.entered();
    this.below.next(run);
  }

  text(run: string, isOrdinary: boolean): void {
    let rest = run;
    if (!isOrdinary) {
      rest = withoutControls(run);
      this.#isOrdinary = false;
    }
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
    else if (name === 'enter') this.entered();
    else if (name === 'ctrl-c') this.abandon();
    else if (name === 'ctrl-l') this.#fresh = 'page';
    else if (name === 'tab') this.completeLine();
    else if (name === 'ctrl-d' && this.#editor.before + this.#editor.after === '') this.#terminal.hangUp();
    else this.#editor.press(name);
  }

  get hasPcKeys(): boolean {
    return this.#terminal.hasPcKeys();
  }

  refresh(): Typed {
    this.shown = this.visible();
    return this.shown;
  }

  disturbed(): void {
    this.shown = NOTHING_TYPED;
  }

  discard(): void {
    this.#editor.take();
    this.shown = NOTHING_TYPED;
  }

  forget(line: string): void {
    this.#editor.forget(line);
  }

  private entered(): void {
    const secret = this.#terminal.secret();
    if (this.#echoing) {
      this.#editor.press('end');
      this.show('\n');
    }
    const typed = this.#editor.take();
    const line = this.#isOrdinary ? typed : plain(typed);
    this.#isOrdinary = true;
    if (this.#echoing && !secret) this.#editor.remember(line);
    this.shown = NOTHING_TYPED;
    this.#terminal.entered();
    this.below.next(line);
  }

  private abandon(): void {
    this.#editor.take();
    this.#taker.interrupt();
    this.#fresh = 'line';
  }

  /** Brings the screen up to date, and adds what comes after the line. */
  private show(more = ''): void {
    let text = this.#fresh === 'no' ? '' : this.#terminal.freshPrompt(this.#fresh);
    if (text !== '') this.shown = NOTHING_TYPED;
    this.#fresh = 'no';
    if (this.#echoing) {
      const now = this.visible();
      text += redrawn(this.shown, now, this.#terminal.width);
      this.shown = now;
    }
    if (this.#editor.bell) text += '\x07';
    this.#editor.bell = false;
    text += more;
    if (text !== '') this.#terminal.show(text);
  }

  private visible(): Typed {
    const { before, after } = this.#editor;
    if (before + after === '' || !this.#echoing || this.#terminal.secret()) return NOTHING_TYPED;
    const { shown } = this;
    return shown.before === before && shown.after === after ? shown : { before, after };
  }

  private completeLine(): void {
    const { candidates, packet } = this.#terminal;
    if (!candidates || !this.#echoing || this.#terminal.secret()) return;
    // Once a packet: one full of tabs would make a list for each.
    if (packet === this.#completedIn) return;
    this.#completedIn = packet;
    const { before } = this.#editor;
    const { typed, choices } = completed(before, candidates(before));
    if (typed !== before) this.#editor.complete(typed);
    else if (choices.length === 0) this.#editor.bell = true;
    else this.#terminal.notify(listed(choices, this.#terminal.columns, this.#terminal.maxWidth));
  }

  takeCharacter(): string {
    // What was typed of a secret is for the one who asked for it.
    if (this.#terminal.secret()) return '';
    this.shown = NOTHING_TYPED;
    const line = this.#editor.take();
    const character = firstOf(line);
    this.#editor.type(line.slice(character.length));
    return character;
  }
}

/** What is kept of a longer chunk, for a few letters of it, is copied. */
const SHORT_CHUNK = 1024;

const firstOf = (text: string) => (text === '' ? '' : String.fromCodePoint(text.codePointAt(0) as number));
