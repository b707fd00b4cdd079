import { LETTERS } from './line-editor.js';
import { isOrdinary } from './plain.js';

/**
 * A text in lines that are no longer than the window is wide, broken between words where it can be.
 *
 * @param width How many columns a text takes.
 * @param indent What the rows begin with that a line is broken into, but for its first.
 * @example
 * ```ts
 * import { fit } from 'impulse-bbs/streams';
 *
 * console.log(fit('a line that is too long', 12, (text) => text.length, '  '));
 * ```
 */
export function fit(text: string, columns: number, width: (text: string) => number, indent = ''): string {
  // Nearly all that is said, to a room full of callers too.
  if (text.length <= columns && isOrdinary(text)) return text;
  return text
    .split('\n')
    .flatMap((line) => (width(line) <= columns ? line : broken(line, columns, width, indent)))
    .join('\n');
}

function broken(line: string, columns: number, width: (text: string) => number, indent: string): string[] {
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
