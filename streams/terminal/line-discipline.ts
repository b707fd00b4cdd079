import type { OperatorFunction } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import type { Key } from '../types/connection.js';
import type { Completer } from '../types/session.js';
import { byteIndex } from './byte-index.js';
import { completed, listed } from './completion.js';
import type { UnfinishedLine } from './key-delivery.js';
import { type KeyHandler, Keys } from './keys.js';
import { LINE_LIMIT, LineEditor, NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { sanitize, withoutControls } from './sanitize.js';
import type { TypeAhead } from './type-ahead.js';

/** What the line discipline needs of a session. */
export interface LineTerminal {
  /** Returns how many of these bytes are whole characters: all, unless they end within one. */
  wholeCharacters(bytes: Uint8Array): number;
  /** Decodes bytes that end with a whole character. */
  decode(bytes: Uint8Array): string;
  /** Encodes a text as the terminal does. */
  encode(text: string): Uint8Array;
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

/** Receives keys or bytes while an app reads them instead of lines. */
type InputTaker = Pick<
  TypeAhead,
  'wantsKeys' | 'wantsBytes' | 'press' | 'pushBytes' | 'interrupt' | 'typing'
>;

/**
 * The line discipline: turns bytes into lines, without newline. {@link LineEditor} handles the editing keys.
 * In addition, Ctrl-C drops the line and the type-ahead, Ctrl-D in an empty line hangs up, Ctrl-L redraws the
 * line, and Tab completes it. While an app reads keys, they go to the app and there are no lines. If the
 * server echoes, it does so once per chunk, as the difference to the screen, so that no key causes more
 * output than a line's length. Lines and keys are plain text ({@link sanitize}), so that an app can pass them on to
 * other callers' terminals. While an app reads bytes, it gets them as they are, from the byte on at which it
 * subscribed, and nothing is echoed.
 *
 * An unfinished line is dropped when the source completes.
 */
export function lineDiscipline(
  terminal: LineTerminal,
  taker: InputTaker,
): OperatorFunction<Uint8Array, string> {
  return operator((destination) => new LineDiscipline(destination, terminal, taker));
}

class LineDiscipline
  extends OperatorSubscriber<Uint8Array, string>
  implements KeyHandler, Typing, UnfinishedLine
{
  readonly #terminal: LineTerminal;
  readonly #taker: InputTaker;
  readonly #keys = new Keys(this);
  readonly #editor = new LineEditor();
  /** The part of the line that is on the screen. */
  shown: Typed = NOTHING_TYPED;
  #echoing = false;
  #isOrdinary = true;
  #completedIn = -1;
  #fresh: 'no' | 'line' | 'page' = 'no';
  /** The beginning of a character that was cut at the end of a chunk. */
  #cut = NO_BYTES;

  constructor(destination: Destination<string>, terminal: LineTerminal, taker: InputTaker) {
    super(destination);
    this.#terminal = terminal;
    this.#taker = taker;
    taker.typing = this;
    terminal.typing = this;
  }

  protected override onNext(bytes: Uint8Array): void {
    const rest = this.#taker.wantsBytes ? bytes : this.readKeys(bytes);
    if (rest.length === 0 || this.closed) return;
    const raw = this.#keys.leave(rest);
    if (raw.length > 0) this.#taker.pushBytes(raw);
  }

  /** Reads lines and keys. Returns the rest, if the app turns to bytes. */
  private readKeys(bytes: Uint8Array): Uint8Array {
    const terminal = this.#terminal;
    const all = this.#cut.length > 0 ? joined(this.#cut, bytes) : bytes;
    this.#cut = NO_BYTES;
    const end = terminal.wholeCharacters(all);
    const whole = end < all.length ? all.subarray(0, end) : all;
    terminal.beginRead();
    try {
      this.#echoing = terminal.echoes();
      const text = terminal.decode(whole);
      const read = this.#keys.read(whole, text);
      if (!this.closed) this.show();
      if (bytes.length > SHORT_CHUNK) this.#editor.letGo();
      if (this.stopped) return all.subarray(byteIndex(whole, read, (prefix) => terminal.decode(prefix)));
    } finally {
      terminal.endRead();
    }
    if (end < all.length) this.#cut = new Uint8Array(all.subarray(end));
    return NO_BYTES;
  }

  /** Whether lines and keys aren't read any more. */
  get stopped(): boolean {
    return this.closed || this.#taker.wantsBytes;
  }

  line(run: string): number | 'all' {
    const { before, after } = this.#editor;
    const isUnfinished = before.length + after.length > 0;
    const isLong = run.length > LINE_LIMIT;
    if (this.#echoing || isUnfinished || isLong || !this.#isOrdinary || this.#taker.wantsKeys) {
      const taken = this.text(run, true);
      if (this.stopped) return taken;
      this.key('enter');
      return 'all';
    }
    this.#terminal.entered();
    this.downstream.next(run);
    return 'all';
  }

  text(run: string, isOrdinary: boolean): number {
    if (!isOrdinary) this.#isOrdinary = false;
    let taken = 0;
    // Asked for each character: a key may make the app switch to lines, or to bytes.
    while (taken < run.length && this.#taker.wantsKeys && !this.stopped) {
      const character = firstOf(run, taken);
      taken += character.length;
      const key = isOrdinary ? character : withoutControls(character);
      if (key !== '') this.#taker.press(key);
    }
    if (taken === run.length || this.stopped) return taken;
    const rest = run.slice(taken);
    this.#editor.type(isOrdinary ? rest : withoutControls(rest));
    return run.length;
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
    const line = this.takeLine();
    const character = firstOf(line);
    this.#editor.type(line.slice(character.length));
    return character;
  }

  takeBytes(): Uint8Array {
    const line = this.takeLine();
    const cut = this.#cut;
    this.#cut = NO_BYTES;
    return joined(this.#terminal.encode(line), cut);
  }

  private takeLine(): string {
    // A partly typed secret belongs to the app that asked for it.
    if (this.#terminal.secret()) return '';
    this.shown = NOTHING_TYPED;
    return this.#editor.take();
  }
}

const NO_BYTES = new Uint8Array(0);

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** A few letters kept from a chunk longer than this are copied, to free the chunk. */
const SHORT_CHUNK = 1024;

const firstOf = (text: string, at = 0) =>
  text === '' ? '' : String.fromCodePoint(text.codePointAt(at) as number);
