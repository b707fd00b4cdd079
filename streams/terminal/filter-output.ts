import { BEL, BS, CAN, CR, DEL, ESC, isControl, LF, SUB, TAB } from '../protocol/controls.js';

/** Filters the output of an untrusted machine for a person's terminal. */
export interface Harmless {
  /** Returns the part of a text that is safe to show. */
  filter(text: string): string;
  /** Returns the output that undoes all changes of the terminal's state. */
  restored(): string;
}

const SHOWN = new Set<number>([BEL, BS, TAB, LF, CR]);

/** Moving the cursor, erasing, inserting, colours, scrolling, and reporting the cursor position. */
const HARMLESS_FINALS = 'ABCDEFGHJKLMPSTXZ@`abdefmrsu';
/** Modes that are allowed: cursor keys, wrapping, cursor, mouse, alternate screen, bracketed paste. */
const MODES = new Set('?1 ?6 ?7 ?12 ?25 ?47 ?1000 ?1002 ?1003 ?1006 ?1047 ?1048 ?1049 ?2004 4'.split(' '));
/** Modes that are on by default. */
const USUALLY_ON = new Set(['?7', '?25']);
/** Single letters after ESC: save and restore the cursor, move by lines, keypad modes. */
const HARMLESS_ESCAPES = '78DEM=>';
/** Longer than any sequence that is allowed. */
const SEQUENCE_LIMIT = 64;
/** The maximum row, column, count or size. No window has more. */
const MAX_NUMBER = 1000;
/**
 * The maximum count of REP, which repeats a letter. Terminals don't stop at the end of the line, so seven
 * bytes could make two thousand million letters.
 */
const MAX_REPEATS = 255;

/**
 * Creates a filter for what an untrusted machine writes to a person's terminal. Colours, cursor movement and
 * the like pass. Sequences that make the terminal act or answer are dropped: clipboard, titles, files and
 * keys (OSC, DCS, APC, PM, SOS), reports except the cursor position, 8-bit controls, and anything unknown
 * (ECMA-48, xterm's ctlseqs). Counts, positions and sizes are limited to those of a window, and a letter is
 * repeated at most 255 times. Sequences may be cut anywhere; at most a few bytes are buffered.
 */
export function filterOutput(): Harmless {
  let state: 'text' | 'escape' | 'charset' | 'control' | 'string' | 'string-end' = 'text';
  let sequence = '';
  let touched = false;
  const modes = new Map<string, boolean>();

  const control = (char: string): string => {
    const body = sequence.slice(2);
    sequence = '';
    state = 'text';
    if (char === 'h' || char === 'l') {
      const known = body
        .replace('?', '')
        .split(';')
        .map((mode) => `${body.startsWith('?') ? '?' : ''}${mode}`)
        .filter((mode) => MODES.has(mode));
      for (const mode of known) modes.set(mode, char === 'h');
      return known.map((mode) => `\x1b[${mode}${char}`).join('');
    }
    const simple = /^[\d;:]*$/.test(body);
    if (!(simple && HARMLESS_FINALS.includes(char)) && !(char === 'n' && body === '6')) return '';
    // With further parameters this isn't scrolling: xterm waits for the mouse, and hangs meanwhile.
    if (char === 'T' && /[;:]/.test(body)) return '';
    touched = true;
    return `\x1b[${bounded(body, char === 'b' ? MAX_REPEATS : MAX_NUMBER)}${char}`;
  };

  const step = (char: string): string => {
    const code = char.codePointAt(0) as number;
    if (code === CAN || code === SUB) state = 'text';
    else if (state === 'string') {
      if (code === BEL) state = 'text';
      else if (code === ESC) state = 'string-end';
    } else if (code === ESC) state = 'escape';
    else if (state === 'text') return !isControl(code) || SHOWN.has(code) ? char : '';
    else if (state === 'string-end' && char === '\\') state = 'text';
    else if (state === 'escape' || state === 'string-end') return escaped(char, code);
    else if (state === 'charset') {
      state = 'text';
      touched = true;
      return /[0AB]/.test(char) ? `\x1b(${char}` : '';
    } else if (code >= 0x40 && code < DEL) return control(char);
    else if (code < 0x20 || code >= DEL || sequence.length > SEQUENCE_LIMIT) state = 'text';
    else sequence += char;
    return '';
  };
  const escaped = (char: string, code: number): string => {
    state = 'text';
    if (char === '[') {
      state = 'control';
      sequence = '\x1b[';
    } else if (char === '(') state = 'charset';
    else if (']PX^_'.includes(char)) state = 'string';
    else if (HARMLESS_ESCAPES.includes(char)) {
      touched = true;
      return `\x1b${char}`;
    } else if (!isControl(code) && code >= DEL) return char;
    return '';
  };

  return {
    filter(text) {
      let safe = '';
      for (const char of text) safe += step(char);
      return safe;
    },
    restored() {
      const switched = [...modes].filter(([mode, on]) => on !== USUALLY_ON.has(mode));
      const back = switched.map(([mode, on]) => `\x1b[${mode}${on ? 'l' : 'h'}`).join('');
      // Resetting the scroll region moves the cursor, so save and restore it.
      return touched ? `${back}\x1b7\x1b[r\x1b8\x1b>\x1b(B\x1b[0m` : back;
    },
  };
}

/** Limits each parameter of a sequence to `max`. */
const bounded = (parameters: string, max: number): string =>
  parameters.replace(/\d+/g, (digits) => (Number(digits) > max ? `${max}` : digits));
