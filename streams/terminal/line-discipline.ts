import type { OperatorFunction } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import type { Key } from '../types/connection.js';
import type { Completer } from '../types/session.js';
import { completed, listed } from './completion.js';
import type { UnfinishedLine } from './key-delivery.js';
import { type KeyHandler, Keys } from './keys.js';
import { LINE_LIMIT, LineEditor, NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { sanitize, withoutControls } from './sanitize.js';
import type { TypeAhead } from './type-ahead.js';

/** What the line discipline needs of a session. */
export interface LineTerminal {
  /** Decodes bytes; buffers a character cut at the end. */
  decode(bytes: Uint8Array): string;
  /** Whether the server echoes. Asked at each chunk, since it is negotiated. */
  echoes(): boolean;
  /** Whether the input is a secret, or may be one. */
  secret(): boolean;
  /** Whether DEL is the Delete key, and not Backspace. Asked at each DEL, since it is negotiated. */
  hasPcKeys(): boolean;
  /** Echoes what was typed. */
  show(text: string): void;
  /** Shows lines above the prompt and the line being typed. */
  notify(lines: string): void;
  /** Returns the columns a text takes on the screen. */
  readonly width: (text: string) => number;
  /** Returns the columns a text takes at most, on any terminal. */
  readonly maxWidth: (text: string) => number;
  /** The columns of the screen. */
  readonly columns: number;
  /** Changes with each packet of the transport; a packet may come in several chunks. */
  readonly packet: number;
  /** The current completer, if there is one. */
  readonly candidates: Completer | undefined;
  /** Draws the prompt again, on a new line or a cleared screen. */
  drawPrompt(on: 'line' | 'page'): void;
  /** Hangs up at the caller's request. */
  hangUp(): void;
  /** Called before a chunk is read. */
  beginRead(): void;
  /** Called after it. */
  endRead(): void;
  /** Called when a line was entered, which answers the prompt. */
  entered(): void;
  /** The line being typed; set while input is read. */
  typing: Typing | undefined;
}

/** The line being typed, as the screen sees it. */
export interface Typing {
  /** What the screen shows of it. */
  readonly shown: Typed;
  /** Returns what the screen will show of it from now on; the same object while nothing has changed. */
  refresh(): Typed;
  /** Other output follows it: the next key shows it again. */
  disturbed(): void;
  /** Drops the line. */
  discard(): void;
  /** Removes this line from the history. */
  forget(line: string): void;
}

/** Receives keys while an app reads keys instead of lines. */
type KeyTaker = Pick<TypeAhead, 'wantsKeys' | 'press' | 'interrupt' | 'typing'>;

/**
 * The line discipline: turns bytes into lines, without newline. {@link LineEditor} handles the editing keys.
 * In addition, Ctrl-C drops the line and the type-ahead, Ctrl-D in an empty line hangs up, Ctrl-L redraws the
 * line, and Tab completes it. While an app reads keys, they go to the app and there are no lines. If the
 * server echoes, it does so once per chunk, as the difference to the screen, so that no key causes more
 * output than a line's length. Lines and keys are plain text ({@link sanitize}), so that an app can pass them on to
 * other callers' terminals.
 *
 * An unfinished line is dropped when the source completes.
 */
export function lineDiscipline(
  terminal: LineTerminal,
  taker: KeyTaker,
): OperatorFunction<Uint8Array, string> {
  return operator((destination) => new LineDiscipline(destination, terminal, taker));
}

class LineDiscipline
  extends OperatorSubscriber<Uint8Array, string>
  implements KeyHandler, Typing, UnfinishedLine
{
  readonly #terminal: LineTerminal;
  readonly #taker: KeyTaker;
  readonly #keys = new Keys(this);
  readonly #editor = new LineEditor();
  /** The part of the line that is on the screen. */
  shown: Typed = NOTHING_TYPED;
  #echoing = false;
  #isOrdinary = true;
  #completedIn = -1;
  #fresh: 'no' | 'line' | 'page' = 'no';

  constructor(destination: Destination<string>, terminal: LineTerminal, taker: KeyTaker) {
    super(destination);
    this.#terminal = terminal;
    this.#taker = taker;
    taker.typing = this;
    terminal.typing = this;
  }

  protected override onNext(bytes: Uint8Array): void {
    this.#terminal.beginRead();
    try {
      this.#echoing = this.#terminal.echoes();
      this.#keys.read(bytes, this.#terminal.decode(bytes));
      if (!this.closed) this.show();
      if (bytes.length > SHORT_CHUNK) this.#editor.letGo();
    } finally {
      this.#terminal.endRead();
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
    this.downstream.next(run);
  }

  text(run: string, isOrdinary: boolean): void {
    let rest = run;
    if (!isOrdinary) {
      rest = withoutControls(run);
      this.#isOrdinary = false;
    }
    // Asked for each character: a key may make the app switch to lines.
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
    const line = this.#isOrdinary ? typed : sanitize(typed);
    this.#isOrdinary = true;
    if (this.#echoing && !secret) this.#editor.remember(line);
    this.shown = NOTHING_TYPED;
    this.#terminal.entered();
    this.downstream.next(line);
  }

  private abandon(): void {
    this.#editor.take();
    this.#taker.interrupt();
    this.#fresh = 'line';
  }

  /** Updates the screen, and writes `more` after the line. */
  private show(more = ''): void {
    if (this.#fresh !== 'no') {
      this.shown = NOTHING_TYPED;
      this.#terminal.drawPrompt(this.#fresh);
      this.#fresh = 'no';
    }
    let text = '';
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
    // Once per packet: a packet full of tabs would list the choices for each.
    if (packet === this.#completedIn) return;
    this.#completedIn = packet;
    const { before } = this.#editor;
    const { typed, choices } = completed(before, candidates(before));
    if (typed !== before) this.#editor.complete(typed);
    else if (choices.length === 0) this.#editor.bell = true;
    else this.#terminal.notify(listed(choices, this.#terminal.columns, this.#terminal.maxWidth));
  }

  takeCharacter(): string {
    // A partly typed secret belongs to the app that asked for it.
    if (this.#terminal.secret()) return '';
    this.shown = NOTHING_TYPED;
    const line = this.#editor.take();
    const character = firstOf(line);
    this.#editor.type(line.slice(character.length));
    return character;
  }
}

/** A few letters kept from a chunk longer than this are copied, to free the chunk. */
const SHORT_CHUNK = 1024;

const firstOf = (text: string) => (text === '' ? '' : String.fromCodePoint(text.codePointAt(0) as number));
