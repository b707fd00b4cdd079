import { graphemesOf } from '../../streams/terminal/graphemes.js';
import { maxWidth } from './max-width.js';

/** Pads a text to a number of columns. A longer text is cut, with an ellipsis. */
export function column(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const short = shortened(text, columns);
  const blanks = ' '.repeat(Math.max(0, columns - maxWidth(short)));
  return align === 'left' ? short + blanks : blanks + short;
}

/** Cuts a text that takes more columns than that, with an ellipsis. */
export const shortened = (text: string, columns: number): string =>
  maxWidth(text) <= columns ? text : `${beginning(text, columns - 1)}…`;

function beginning(text: string, columns: number): string {
  let taken = '';
  let left = columns;
  for (const letter of graphemesOf(text)) {
    left -= maxWidth(letter);
    if (left < 0) break;
    taken += letter;
  }
  return taken;
}
