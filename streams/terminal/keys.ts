import { BEL, BS, CAN, CR, DEL, ESC, isControl, LF, SUB, TAB } from '../protocol/controls.js';
import type { Key } from '../types/connection.js';

/** What typing is made of. */
export interface KeyHandler {
  /** A run of characters that are typed and shown; no control characters in it, and ASCII's alone if it is ordinary. */
  text(run: string, isOrdinary: boolean): void;
  /** The same as an ordinary text and Enter, which is what nearly every packet of nearly every client is. */
  line(run: string): void;
  /** A key that types no character, by its name. */
  key(name: Key): void;
  /** True when whoever was told of a key has left: the rest is nobody's. */
  readonly closed: boolean;
  /** Whether DEL is the Delete key, as on terminals of the IBM PC's kind, and not Backspace. */
  readonly hasPcKeys: boolean;
}

/** C1: the same as ESC and the letter that many above 0x40. */
const [SS3, DCS, SOS, CSI, ST, OSC, PM, APC] = [0x8f, 0x90, 0x98, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f] as const;
const STRINGS = [DCS, SOS, OSC, PM, APC] as const;

/** More parameters than any key has. */
const PARAMETERS_LIMIT = 32;

/**
 * Keys by the letter that ends their sequence: `ESC [ A`, `ESC O P` (ECMA-48, xterm's ctlseqs), and those that the IBM
 * PC's terminals have of their own (SyncTERM, NetRunner and the like): no other key ends so.
 */
const BY_LETTER: Record<string, Key> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  K: 'end',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  U: 'page-down',
  V: 'page-up',
  '@': 'insert',
};
/** Keys by the number in `ESC [ 3 ~`. */
const BY_NUMBER: Record<string, Key> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
/** The keys held down with it, by the second parameter less one. */
const HELD = ['', 'shift-', 'alt-', 'alt-shift-', 'ctrl-', 'ctrl-shift-', 'ctrl-alt-', 'ctrl-alt-shift-'];

/**
 * Tells keys from text in what a terminal sends, chunk by chunk. Enter is CR LF, CR NUL, CR or LF (RFC 854, and
 * whatever else is out there). Sequences that are no key (the mouse, the marks around a paste, a terminal's
 * answers) are swallowed whole, also when they are cut, and hold at most a few bytes. A lone ESC at the end of a
 * chunk is the key itself. A class, since every caller has one.
 */
export class Keys {
  readonly #handler: KeyHandler;
  #state: 'text' | 'escape' | 'lone' | 'charset' | 'control' | 'single' | 'string' | 'string-end' | 'skip' =
    'text';
  #parameters = '';
  #skip = 0;
  #afterReturn = false;

  constructor(handler: KeyHandler) {
    this.#handler = handler;
  }

  /** Reads a chunk, as bytes and as the text that they are. */
  read(bytes: Uint8Array, text: string): void {
    // A line and nothing else, as nearly all come; one that is longer is looked through faster below.
    if (text.length < SHORT && this.#state === 'text' && ONE_LINE.test(text)) {
      this.#afterReturn = false;
      this.#handler.line(text.slice(0, -2));
      return;
    }
    // What is left of a character that was cut would put the text out of step with the bytes.
    let inStep = text.charCodeAt(0) === bytes[0];
    // Four at a time, which is what a caller who sends a file notices; for a line it isn't worth the view.
    const words =
      bytes.length > SHORT
        ? new Int32Array(bytes.buffer, 0, (bytes.byteOffset + bytes.length) >> 2)
        : undefined;
    let from = 0;
    let at = 0;
    while (at < text.length) {
      if (this.#state === 'text' && inStep) {
        at = nextOdd(bytes, words, at);
        inStep = (bytes[at] ?? 0) < 0x80;
      }
      if (this.#state === 'text' && !inStep) at = nextControl(text, at);
      if (at >= text.length) break;
      const code = text.charCodeAt(at);
      if (from < at && inStep && code === CR && this.#state === 'text' && text.charCodeAt(at + 1) === LF) {
        this.#afterReturn = false;
        this.#handler.line(text.slice(from, at));
        if (this.#handler.closed) return;
        at += 2;
        from = at;
        continue;
      }
      if (from < at) {
        this.text(text.slice(from, at), inStep);
        if (this.#handler.closed) return;
      }
      from = at + 1;
      inStep &&= code < 0x80;
      let isPair = false;
      if (code === CR && text.charCodeAt(from) === LF) {
        // The same as below, in one step for what nearly every line ends with.
        at += 1;
        from += 1;
        isPair = true;
      }
      // A line ends an unfinished sequence too: a stray ESC must not swallow what follows for good.
      if (this.#state === 'text' || code === CR || code === LF) this.control(code);
      else if (!this.sequence(code, text.charAt(at))) from = at;
      if (isPair) this.#afterReturn = false;
      if (this.#handler.closed) return;
      at += 1;
    }
    if (from < text.length) this.text(text.slice(from), inStep);
    if (this.#state === 'escape' && text !== '') {
      this.#state = 'lone';
      this.#handler.key('escape');
    }
  }

  private text(run: string, isOrdinary: boolean): void {
    this.#afterReturn = false;
    this.#handler.text(run, isOrdinary);
  }

  private control(code: number): void {
    const followsReturn = this.#afterReturn;
    this.#afterReturn = code === CR;
    this.#state = 'text';
    if (code === CR) this.#handler.key('enter');
    else if (code === LF) followsReturn || this.#handler.key('enter');
    else if (code === DEL && this.#handler.hasPcKeys) this.#handler.key('delete');
    else if (code === BS || code === DEL) this.#handler.key('backspace');
    else if (code === TAB) this.#handler.key('tab');
    else if (code === ESC) this.#state = 'escape';
    else if (code === CSI) this.begin('control');
    else if (code === SS3) this.begin('single');
    else if (isString(code)) this.#state = 'string';
    else if (code > 0 && code < ESC) this.#handler.key(`ctrl-${letter(code)}`);
  }

  private begin(state: 'control' | 'single'): void {
    this.#parameters = '';
    this.#state = state;
  }

  /** One step through a sequence. False if the character isn't part of it, and is text. */
  private sequence(code: number, char: string): boolean {
    if (code === CAN || code === SUB) this.#state = 'text';
    else if (this.#state === 'string') {
      if (code === BEL || code === ST) this.#state = 'text';
      else if (code === ESC) this.#state = 'string-end';
    } else if (code === ESC) {
      if (this.#state === 'escape') this.#handler.key('escape');
      this.#state = 'escape';
    } else if (this.#state === 'lone') {
      // It was told as a key already: only what no person types after it is still a part of it.
      this.#state = 'text';
      if (char === '[') this.begin('control');
      else return this.outside(code);
    } else if (this.#state === 'escape' || this.#state === 'string-end') return this.escaped(code, char);
    else if (this.#state === 'charset') this.#state = 'text';
    else if (this.#state === 'skip') {
      this.#skip -= 1;
      if (this.#skip === 0) this.#state = 'text';
    } else this.controlled(code, char);
    return true;
  }

  private escaped(code: number, char: string): boolean {
    this.#state = 'text';
    if (char === '[') this.begin('control');
    else if (char === 'O') this.begin('single');
    else if (code >= 0x40 && code < 0x60 && isString(code + 0x40)) this.#state = 'string';
    else if (code >= 0x20 && code < 0x30) this.#state = 'charset';
    else if (code === BS || code === DEL) this.#handler.key('alt-backspace');
    else if (code > DEL) return this.outside(code);
    else if (code > 0x20 && char !== '\\') this.#handler.key(`alt-${char}`);
    return true;
  }

  private outside(code: number): boolean {
    if (isControl(code)) this.control(code);
    return isControl(code);
  }

  private controlled(code: number, char: string): void {
    // The Linux console's F1 is ESC [ [ A.
    const console = char === '[' && this.#parameters === '';
    if (console || code < 0x40) {
      if (this.#parameters.length < PARAMETERS_LIMIT && code >= 0x20) this.#parameters += char;
      return;
    }
    const single = this.#state === 'single';
    this.#state = 'text';
    if (char === 'M' && !single && this.#parameters === '') {
      // The mouse as X10 has it: three more characters.
      this.#state = 'skip';
      this.#skip = 3;
      return;
    }
    // SyncTERM's F5; elsewhere ESC O t is a 4 of a keypad that nobody switched on.
    const key = single && char === 't' ? 'f5' : named(this.#parameters, char);
    if (key) this.#handler.key(key);
  }
}

function named(parameters: string, final: string): Key | undefined {
  if (parameters === '[') return final >= 'A' && final <= 'E' ? `f${final.charCodeAt(0) - 0x40}` : undefined;
  if (final === 'Z') return 'shift-tab';
  const match = /^(\d*)(?:;(\d+))?$/.exec(parameters);
  if (!match) return undefined;
  const [, first = '', held = '1'] = match;
  const key = final === '~' ? BY_NUMBER[first] : first === '' || first === '1' ? BY_LETTER[final] : undefined;
  return key && `${HELD[Number(held) - 1] ?? ''}${key}`;
}

const isString = (code: number) => (STRINGS as readonly number[]).includes(code);
const letter = (code: number) => String.fromCharCode(code + 0x60);

/** Where the next control character of a text is, or its end. */
function nextControl(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isControl(text.charCodeAt(at))) at += 1;
  return at;
}

/**
 * The same for bytes of which each is a character up to the first that isn't ASCII, where it stops too. Looks at four
 * at a time where it may.
 *
 * @param words The memory the bytes are in, four at a time.
 */
function nextOdd(bytes: Uint8Array, words: Int32Array | undefined, from: number): number {
  const { byteOffset: offset, length } = bytes;
  let at = from;
  if (!words) {
    while (at < length && isText(bytes[at] as number)) at += 1;
    return at;
  }
  while (at < length && ((offset + at) & 3) !== 0) {
    if (!isText(bytes[at] as number)) return at;
    at += 1;
  }
  let index = (offset + at) >> 2;
  while (index < words.length && areText(words[index] as number)) index += 1;
  // The last of the words may begin before this run, where a run is short.
  at = Math.max(at, index * 4 - offset);
  while (at < length && isText(bytes[at] as number)) at += 1;
  return at;
}

/** Bytes of an ordinary packet, and what it is. */
const SHORT = 64;
const ONE_LINE = /^[\x20-\x7e]+\r\n$/;

const isText = (byte: number) => byte >= 0x20 && byte <= 0x7e;

/** Whether none of four bytes is 0x80 or more, or comes to that when 0x20 is taken away or one is added. */
const areText = (word: number) => ((word | (word - 0x20202020) | (word + 0x01010101)) & HIGH_BITS) === 0;
const HIGH_BITS = 0x80808080 | 0;
