import { BEL, BS, CAN, CR, DEL, ESC, isControl, LF, SUB, TAB } from '../protocol/controls.js';
import type { Key } from '../types/connection.js';

/** Receives text and keys. */
export interface KeyHandler {
  /**
   * A run of typed characters without control characters. Only ASCII if `isOrdinary`. Returns how many were
   * taken: all of them, unless the receiver stopped within.
   */
  text(run: string, isOrdinary: boolean): number;
  /** Ordinary text and Enter, as in nearly every packet. Returns whether the Enter was taken, or how much of the text. */
  line(run: string): number | 'all';
  /** A key that types no character, by name. */
  key(name: Key): void;
  /** True when the receiver takes no more keys: the rest is left. */
  readonly stopped: boolean;
  /** Whether DEL is the Delete key, as on IBM PC terminals, and not Backspace. */
  readonly hasPcKeys: boolean;
}

/** C1 controls: equivalent to ESC and the letter 0x40 lower. */
const [SS3, DCS, SOS, CSI, ST, OSC, PM, APC] = [0x8f, 0x90, 0x98, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f] as const;
const STRINGS = [DCS, SOS, OSC, PM, APC] as const;

/** More parameters than any key has. */
const PARAMETERS_LIMIT = 32;

/**
 * Keys by the final letter of their sequence: `ESC [ A`, `ESC O P` (ECMA-48, xterm's ctlseqs), plus those of
 * IBM PC terminals (SyncTERM, NetRunner), which no other key uses.
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
/** Modifier keys, by the second parameter minus one. */
const HELD = ['', 'shift-', 'alt-', 'alt-shift-', 'ctrl-', 'ctrl-shift-', 'ctrl-alt-', 'ctrl-alt-shift-'];

/**
 * Parses what a terminal sends into keys and text, chunk by chunk. Enter is CR LF, CR NUL, CR or LF (RFC 854,
 * and real clients). Other sequences (mouse, bracketed paste, reports) are dropped whole, also when they are
 * split across chunks; at most a few bytes are buffered. A lone ESC at the end of a chunk is the Escape key.
 * A class, since there is one per caller.
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

  /**
   * Reads a chunk, given as bytes and as decoded text. Returns how much of the text was read: all, unless the
   * handler stopped within.
   */
  read(bytes: Uint8Array, text: string): number {
    // A character cut by the last chunk would put the text out of step with the bytes.
    let inStep = text.charCodeAt(0) === bytes[0];
    // Four bytes at a time: worth it for a file, not for a line.
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
        const taken = this.#handler.line(text.slice(from, at));
        from = taken === 'all' ? at + 2 : from + taken;
        if (this.#handler.stopped) return from;
        at = from;
        continue;
      }
      if (from < at) {
        const taken = this.text(text.slice(from, at), inStep);
        if (this.#handler.stopped) return from + taken;
      }
      from = at + 1;
      inStep &&= code < 0x80;
      let isPair = false;
      if (code === CR && text.charCodeAt(from) === LF) {
        // Fast path for the usual end of a line.
        at += 1;
        from += 1;
        isPair = true;
      }
      // Enter also ends an unfinished sequence, so that a stray ESC can't swallow all that follows.
      if (this.#state === 'text' || code === CR || code === LF) this.control(code);
      else if (!this.sequence(code, text.charAt(at))) from = at;
      if (isPair) this.#afterReturn = false;
      if (this.#handler.stopped) return from;
      at += 1;
    }
    if (from < text.length) {
      const taken = this.text(text.slice(from), inStep);
      if (this.#handler.stopped) return from + taken;
    }
    if (this.#state === 'escape' && text !== '') {
      this.#state = 'lone';
      this.#handler.key('escape');
    }
    return text.length;
  }

  /** Leaves the input to an app that reads bytes. Returns it without the LF that belongs to the last Enter. */
  leave(bytes: Uint8Array): Uint8Array {
    const endsEnter = this.#afterReturn && bytes[0] === LF;
    this.#afterReturn = false;
    this.#state = 'text';
    return endsEnter ? bytes.subarray(1) : bytes;
  }

  private text(run: string, isOrdinary: boolean): number {
    this.#afterReturn = false;
    return this.#handler.text(run, isOrdinary);
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

  /** Handles one character of a sequence. Returns false if it isn't part of it, and is text. */
  private sequence(code: number, char: string): boolean {
    if (code === CAN || code === SUB) this.#state = 'text';
    else if (this.#state === 'string') {
      if (code === BEL || code === ST) this.#state = 'text';
      else if (code === ESC) this.#state = 'string-end';
    } else if (code === ESC) {
      if (this.#state === 'escape') this.#handler.key('escape');
      this.#state = 'escape';
    } else if (this.#state === 'lone') {
      // ESC was reported as a key already. Only what no person types next still belongs to it.
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
    // The Linux console sends ESC [ [ A for F1.
    const console = char === '[' && this.#parameters === '';
    if (console || code < 0x40) {
      if (this.#parameters.length < PARAMETERS_LIMIT && code >= 0x20) this.#parameters += char;
      return;
    }
    const single = this.#state === 'single';
    this.#state = 'text';
    if (char === 'M' && !single && this.#parameters === '') {
      // X10 mouse reports: three more characters follow.
      this.#state = 'skip';
      this.#skip = 3;
      return;
    }
    // SyncTERM's F5. Elsewhere ESC O t is keypad 4, in a mode that is never switched on.
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

/** The index of the next control character, or the text's length. */
function nextControl(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isControl(text.charCodeAt(at))) at += 1;
  return at;
}

/**
 * The same for bytes. Also stops at the first byte that isn't ASCII. Scans four bytes at a time where it can.
 *
 * @param words The same memory as 32-bit words.
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
  // The last word may begin before a short run.
  at = Math.max(at, index * 4 - offset);
  while (at < length && isText(bytes[at] as number)) at += 1;
  return at;
}

/** Longer chunks are scanned four bytes at a time. */
const SHORT = 64;

const isText = (byte: number) => byte >= 0x20 && byte <= 0x7e;

/** Whether all four bytes are printable ASCII: none is 0x80 or more, below 0x20, or 0x7f. */
const areText = (word: number) => ((word | (word - 0x20202020) | (word + 0x01010101)) & HIGH_BITS) === 0;
const HIGH_BITS = 0x80808080 | 0;
