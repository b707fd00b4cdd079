import type { Terminal } from '../types/connection.js';
import { lettersOf } from './letters.js';
import { NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { isOrdinary } from './plain.js';

/**
 * What takes the prompt and what was typed behind it off the screen, and leaves the cursor where they began. Where the
 * terminal can't do that, or shows what we don't know of, or reads all aloud, it begins a new line.
 *
 * @param shown What of the line is on the screen.
 * @param drawnAt How wide the window was then. A window that has changed may have moved what wraps, or not: that is left
 *   where it is, since erasing it might take another caller's words with it.
 * @param width How many columns a text takes.
 */
export function erased(
  prompt: string,
  shown: Typed,
  terminal: Pick<Terminal, 'columns' | 'echo' | 'colours' | 'cursor' | 'screenReader' | 'pcKeys'>,
  width: (text: string) => number,
  drawnAt = terminal.columns,
): string {
  const before = prompt + shown.before;
  if (before + shown.after === '') return '';
  if (!terminal.echo || terminal.screenReader) return '\n';
  if (drawnAt !== terminal.columns && width(before + shown.after) >= Math.min(drawnAt, terminal.columns))
    return '\n';
  if (terminal.cursor) {
    const up = rowsAbove(before, terminal.columns, width);
    // The IBM PC's kind goes on to the next row at the very edge, and some of them don't: nobody can tell where the cursor is.
    if (terminal.pcKeys && rowsAbove(`${before}x`, terminal.columns, width) > up) return '\n';
    return `${up > 0 ? `\x1b[${up}A` : ''}\r\x1b[J`;
  }
  // A client with colours and no cursor is the window of a MUD client, which knows no backspace either.
  const fits = !terminal.colours && width(before + shown.after) < terminal.columns;
  return fits ? redrawn({ before, after: shown.after }, NOTHING_TYPED, width) : '\n';
}

/** How many rows a text takes before the one that it ends in. */
function rowsAbove(text: string, columns: number, width: (text: string) => number): number {
  // At the very edge a terminal waits with the next row until something comes.
  if (isOrdinary(text)) return Math.max(0, Math.ceil(text.length / columns) - 1);
  let rows = 0;
  let at = 0;
  for (const letter of lettersOf(text.replace(COLOURS, ''))) {
    const wide = width(letter);
    if (at + wide > columns) {
      rows += 1;
      at = 0;
    }
    at += wide;
  }
  return rows;
}

/** What a prompt may have in it that takes no room. */
const COLOURS = /\x1b\[[\d;:]*m/g;
