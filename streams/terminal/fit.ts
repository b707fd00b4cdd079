import { lettersOf } from './letters.js';
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
    .flatMap((line) => fitted(line, columns, width, indent))
    .join('\n');
}

function fitted(line: string, columns: number, width: (text: string) => number, indent: string): string[] {
  const laid = measured(line, width);
  return laid.columns <= columns
    ? [line]
    : broken(takenApart(laid, columns - indent.length), columns, indent);
}

function broken({ letters, widths }: Measured, columns: number, indent: string): string[] {
  const rows: string[] = [];
  let row = '';
  let left = columns;
  let isEmpty = true;
  const nextRow = () => {
    rows.push(row.trimEnd());
    row = indent;
    left = columns - indent.length;
    isEmpty = true;
  };
  let wordEnd = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] as string;
    const wide = widths[at] as number;
    if (at === wordEnd) {
      let wordWide = 0;
      while (wordEnd < letters.length && letters[wordEnd] !== ' ') {
        wordWide += widths[wordEnd] as number;
        wordEnd += 1;
      }
      // The blanks behind a word belong to it, and need no room.
      while (letters[wordEnd] === ' ') wordEnd += 1;
      if (wordWide > left && !isEmpty) nextRow();
    }
    if (wide > left && !isEmpty) nextRow();
    if (rows.length > 0 && letter === ' ' && isEmpty) continue;
    row += letter;
    left -= wide;
    if (letter.trim() !== '') isEmpty = false;
  }
  return [...rows, row.trimEnd()];
}

/** The same with the code points of each letter that is wider than a row: a terminal may not take them for one letter. */
function takenApart(laid: Measured, columns: number): Measured {
  if (laid.widths.every((wide) => wide <= columns)) return laid;
  const letters = laid.letters.flatMap((letter, at) =>
    (laid.widths[at] as number) > columns ? [...letter] : [letter],
  );
  return { ...laid, letters, widths: letters.map(laid.width) };
}

/** A line, letter by letter. */
interface Measured {
  readonly line: string;
  readonly width: (text: string) => number;
  readonly columns: number;
  readonly letters: readonly string[];
  readonly widths: readonly number[];
}

/** The last line that was measured: what is said in a room is laid out for windows of many widths, one after another. */
let last: Measured | undefined;

function measured(line: string, width: (text: string) => number): Measured {
  if (last?.line === line && last.width === width) return last;
  const letters = lettersOf(line);
  last = { line, width, columns: width(line), letters, widths: letters.map(width) };
  return last;
}
