import { Observable, type OperatorFunction } from 'rxjs';

/** The longest line a caller can type, in characters; beyond it the bell rings and the rest is not taken. */
export const LINE_LIMIT = 1024;

/** What the line discipline needs from the world. */
export interface LineTerminal {
  /** A decoder of its own for each caller, that keeps the rest of a split character. */
  decoder(): (bytes: Uint8Array) => string;
  /** Whether what is typed is ours to show. Asked at each chunk, since it is negotiated. */
  echoes(): boolean;
  /** Shows what was typed. */
  show(text: string): void;
}

const LETTERS = new Intl.Segmenter();

/**
 * The line discipline: bytes to lines, without their newline. A line ends with CR LF, CR NUL, CR or LF
 * (RFC 854, and whatever else is out there). Backspace and DEL take back a letter; other control characters
 * and escape sequences never get into a line. Typing is echoed where that is ours to do.
 *
 * An unfinished line at the end of the source is dropped: nobody pressed Enter.
 */
export function lines({ decoder, echoes, show }: LineTerminal): OperatorFunction<Uint8Array, string> {
  return (source) =>
    new Observable((subscriber) => {
      let decode: ((bytes: Uint8Array) => string) | undefined;
      let line = '';
      let afterReturn = false;
      let sequence: 'none' | 'begun' | 'control' | 'string' = 'none';

      const type = (text: string, echo: boolean) => {
        const taken = text.slice(0, LINE_LIMIT - line.length);
        line += taken;
        if (echo) show(taken.length < text.length ? `${taken}${BELL}` : taken);
      };
      const rubOut = (echo: boolean) => {
        if (line === '') return;
        // Looked up from the end: walking the whole line would cost a millisecond for each backspace.
        const last = LETTERS.segment(line).containing(line.length - 1)?.segment ?? '';
        line = line.slice(0, line.length - last.length);
        if (echo) show('\b \b');
      };
      const enter = (echo: boolean) => {
        const entered = line;
        line = '';
        if (echo) show('\n');
        subscriber.next(entered);
      };

      const control = (code: number, echo: boolean) => {
        const followsReturn = afterReturn;
        afterReturn = code === CR;
        if (code === CR || (code === LF && !followsReturn)) enter(echo);
        else if (code === BS || code === DEL) rubOut(echo);
        else if (code === ESC) sequence = 'begun';
      };
      /**
       * One step through an escape sequence (ECMA-48): `ESC x`, `ESC ( x`, `ESC [ … final`, or a string up to BEL
       * or `ESC \`. An ESC begins anew wherever it comes: `ESC ESC [ A` is an arrow with Alt.
       */
      const escaped = (code: number) => {
        if (code === ESC) sequence = 'begun';
        else if (sequence === 'begun') {
          if (code === 0x5b || code === 0x4f) sequence = 'control';
          else if (code === 0x5d || code === 0x50 || code === 0x5e || code === 0x5f) sequence = 'string';
          else if (code < 0x20 || code > 0x2f) sequence = 'none';
        } else if (sequence === 'control') {
          if (code >= 0x40) sequence = 'none';
        } else if (code === BEL) sequence = 'none';
      };

      const read = (text: string, echo: boolean) => {
        let from = 0;
        for (let at = 0; at < text.length && !subscriber.closed; at += 1) {
          const code = text.charCodeAt(at);
          const plain = sequence === 'none' && !isControl(code);
          if (plain) {
            afterReturn = false;
            continue;
          }
          if (from < at) type(text.slice(from, at), echo);
          from = at + 1;
          // A line ends an unfinished escape sequence too: a stray ESC must not swallow what follows for good.
          if (sequence !== 'none' && code !== CR && code !== LF) escaped(code);
          else {
            sequence = 'none';
            control(code, echo);
          }
        }
        if (from < text.length && !subscriber.closed) type(text.slice(from), echo);
      };

      return source.subscribe({
        next(bytes) {
          decode ??= decoder();
          read(decode(bytes), echoes());
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

const [BEL, BS, LF, CR, ESC, DEL] = [0x07, 0x08, 0x0a, 0x0d, 0x1b, 0x7f];
const BELL = '\x07';

/** C0, DEL and C1. */
const isControl = (code: number) => code < 0x20 || (code >= 0x7f && code < 0xa0);
