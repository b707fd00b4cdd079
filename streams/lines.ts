import { Observable, type OperatorFunction } from 'rxjs';

/** The longest line a caller can type, in characters; beyond it the bell rings and the rest is not taken. */
export const LINE_LIMIT = 1024;

/** What the line discipline needs from the world. */
export interface LineTerminal {
  /** A decoder of its own for each caller, that keeps the rest of a split character. */
  decoder(): (bytes: Uint8Array) => string;
  /** Whether what is typed is ours to show. Asked at each chunk, since it is negotiated. */
  echoes(): boolean;
  /** Shows what was typed, once for each chunk and each line. */
  show(text: string): void;
  /** How many columns a text takes on the screen. */
  width(text: string): number;
}

const LETTERS = new Intl.Segmenter();

/** A letter by itself after another such, as most are; the segmenter costs a hundred times as much. */
const isAscii = (text: string) => text.length === 1 && text >= ' ' && text <= '~';

/**
 * The line discipline: bytes to lines, without their newline. A line ends with CR LF, CR NUL, CR or LF
 * (RFC 854, and whatever else is out there). Backspace and DEL take back a letter, Ctrl-W a word, Ctrl-U the
 * line; other control characters and escape sequences never get into a line. Typing is echoed where that is ours
 * to do, and what is taken back is erased, in as many columns as it took.
 *
 * An unfinished line at the end of the source is dropped: nobody pressed Enter.
 */
export function lines({ decoder, echoes, show, width }: LineTerminal): OperatorFunction<Uint8Array, string> {
  return (source) =>
    new Observable((subscriber) => {
      let decode: ((bytes: Uint8Array) => string) | undefined;
      let line = '';
      let echoing = false;
      let echoed = '';
      let afterReturn = false;
      let sequence: 'none' | 'begun' | 'control' | 'string' = 'none';

      const echo = (text: string) => {
        if (echoing) echoed += text;
      };
      const showEcho = () => {
        if (echoed === '') return;
        const text = echoed;
        echoed = '';
        show(text);
      };

      const type = (text: string) => {
        const taken = text.slice(0, LINE_LIMIT - line.length);
        line += taken;
        echo(taken.length < text.length ? `${taken}${BELL}` : taken);
      };
      const takeBack = (text: string) => {
        line = line.slice(0, line.length - text.length);
        if (!echoing) return;
        const columns = isAscii(text) ? 1 : width(text);
        echo(`${'\b'.repeat(columns)}${' '.repeat(columns)}${'\b'.repeat(columns)}`);
      };
      // Looked up from the end: walking the whole line would cost a millisecond for each backspace.
      const lastLetter = () => {
        const at = line.length - 1;
        const plain = isAscii(line.charAt(at)) && (at === 0 || isAscii(line.charAt(at - 1)));
        return plain ? line.charAt(at) : (LETTERS.segment(line).containing(at)?.segment ?? '');
      };
      const lastWord = () => line.slice(line.trimEnd().lastIndexOf(' ') + 1);
      const enter = () => {
        const entered = line;
        line = '';
        echo('\n');
        showEcho();
        subscriber.next(entered);
      };

      const control = (code: number) => {
        const followsReturn = afterReturn;
        afterReturn = code === CR;
        if (code === CR || (code === LF && !followsReturn)) enter();
        else if (code === BS || code === DEL) takeBack(lastLetter());
        else if (code === CTRL_W) takeBack(lastWord());
        else if (code === CTRL_U) takeBack(line);
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

      const read = (text: string) => {
        let from = 0;
        for (let at = 0; at < text.length && !subscriber.closed; at += 1) {
          const code = text.charCodeAt(at);
          const plain = sequence === 'none' && !isControl(code);
          if (plain) {
            afterReturn = false;
            continue;
          }
          if (from < at) type(text.slice(from, at));
          from = at + 1;
          // A line ends an unfinished escape sequence too: a stray ESC must not swallow what follows for good.
          if (sequence !== 'none' && code !== CR && code !== LF) escaped(code);
          else {
            sequence = 'none';
            control(code);
          }
        }
        if (from < text.length && !subscriber.closed) type(text.slice(from));
      };

      return source.subscribe({
        next(bytes) {
          decode ??= decoder();
          echoing = echoes();
          read(decode(bytes));
          showEcho();
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

const [BEL, BS, LF, CR, CTRL_U, CTRL_W, ESC, DEL] = [0x07, 0x08, 0x0a, 0x0d, 0x15, 0x17, 0x1b, 0x7f];
const BELL = '\x07';

/** C0, DEL and C1. */
const isControl = (code: number) => code < 0x20 || (code >= 0x7f && code < 0xa0);
