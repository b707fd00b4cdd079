import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { isOrdinary } from '../../streams/plain.js';

/** How many columns a text takes on the screen. */
export const width = (text: string): number => (isOrdinary(text) ? text.length : stringWidth(text));

/** A text in lines that are no longer than the window is wide, broken between words where it can be. */
export function fit(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (width(line) <= columns ? line : wrapAnsi(line, columns, { hard: true })))
    .join('\n');
}

/** A text in a column so wide on the screen, cut with an ellipsis if it is too long. */
export function column(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = width(text) <= columns ? text : `${beginning(text, columns - 1)}…`;
  const blanks = ' '.repeat(Math.max(0, columns - width(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

function beginning(text: string, columns: number): string {
  let taken = '';
  for (const letter of text) {
    if (width(taken + letter) > columns) break;
    taken += letter;
  }
  return taken;
}
