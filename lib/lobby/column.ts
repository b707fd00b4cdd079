import { LETTERS } from '../../streams/line-editor.js';
import { width } from '../width.js';

/** A text in a column so wide on the screen, cut with an ellipsis if it is too long. */
export function column(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const cut = width(text) <= columns ? text : `${beginning(text, columns - 1)}…`;
  const blanks = ' '.repeat(Math.max(0, columns - width(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

function beginning(text: string, columns: number): string {
  let taken = '';
  let left = columns;
  for (const { segment: letter } of LETTERS.segment(text)) {
    left -= width(letter);
    if (left < 0) break;
    taken += letter;
  }
  return taken;
}
