import { LETTERS } from '../../streams/line-editor.js';
import { width } from '../width.js';

/**
 * A text in lines that are no longer than the window is wide, broken between words where it can be.
 *
 * @param indent What the rows begin with that a line is broken into, but for its first.
 */
export function fit(text: string, columns: number, indent = ''): string {
  return text
    .split('\n')
    .flatMap((line) => (width(line) <= columns ? line : broken(line, columns, indent)))
    .join('\n');
}

function broken(line: string, columns: number, indent: string): string[] {
  const rows: string[] = [];
  let row = '';
  let left = columns;
  const nextRow = () => {
    rows.push(row.trimEnd());
    row = indent;
    left = columns - indent.length;
  };
  const isEmpty = () => row.trim() === '';
  for (const word of line.split(BEHIND_BLANKS)) {
    if (width(word.trimEnd()) > left && !isEmpty()) nextRow();
    for (const { segment: letter } of LETTERS.segment(word)) {
      const wide = width(letter);
      if (wide > left && !isEmpty()) nextRow();
      if (rows.length > 0 && letter === ' ' && isEmpty()) continue;
      row += letter;
      left -= wide;
    }
  }
  return [...rows, row.trimEnd()];
}

const BEHIND_BLANKS = /(?<= )(?=[^ ])/;

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
