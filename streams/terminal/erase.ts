import type { Terminal } from '../types/connection.js';
import { graphemesOf } from './graphemes.js';
import { NOTHING_TYPED, redrawn, type Typed } from './line-editor.js';
import { isOrdinary } from './sanitize.js';
import { withoutSequences } from './sequences.js';

/**
 * Returns the output that erases the prompt and the typed text, with the cursor back at their start. It is a
 * newline if the terminal can't do that, may show something else, or is read by a screen reader.
 *
 * @param shown The part of the line that is on the screen.
 * @param drawnAt The window's width when that was drawn. If it has changed since, the text may have been
 * wrapped anew. Erasing could then take other callers' words with it, so it stays.
 * @param width Returns the columns a text takes.
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
    // At the right edge some IBM PC terminals wrap at once and some don't, so the cursor's row isn't known.
    if (terminal.pcKeys && rowsAbove(`${before}x`, terminal.columns, width) > up) return '\n';
    return `${up > 0 ? `\x1b[${up}A` : ''}\r\x1b[J`;
  }
  // A client with colours but no cursor movement is a MUD client. It doesn't know backspace either.
  const fits = !terminal.colours && width(before + shown.after) < terminal.columns;
  return fits ? redrawn({ before, after: shown.after }, NOTHING_TYPED, width) : '\n';
}

/** The number of rows above the one in which the text ends. */
function rowsAbove(text: string, columns: number, width: (text: string) => number): number {
  // At the right edge a terminal wraps only before the next character.
  if (isOrdinary(text)) return Math.max(0, Math.ceil(text.length / columns) - 1);
  let rows = 0;
  let at = 0;
  for (const letter of graphemesOf(withoutSequences(text))) {
    const wide = width(letter);
    if (at + wide > columns) {
      rows += 1;
      at = 0;
    }
    at += wide;
  }
  return rows;
}
