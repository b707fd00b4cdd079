import { graphemesOf } from './graphemes.js';
import { LINK_END, linkPart } from './link.js';
import { isOrdinary } from './sanitize.js';
import { bySequences } from './sequences.js';

/**
 * Wraps a text to the width of the window, between words where possible. Colours (SGR) and links (OSC 8) take no
 * columns. A link that is cut ends with the row, and goes on after the next row's indent.
 *
 * @param width Returns the columns a text takes.
 * @param indent Starts each row of a wrapped line except the first.
 * @example
 * ```ts
 * import { wrap } from 'impulse-bbs/streams';
 *
 * console.log(wrap('a line that is too long', 12, (text) => text.length, '  '));
 * ```
 */
export function wrap(text: string, columns: number, width: (text: string) => number, indent = ''): string {
  // Fast path for most messages, also those to a full room.
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
  /** The start of the link that is open. */
  let link = '';
  const nextRow = () => {
    rows.push(row.trimEnd() + (link && LINK_END));
    row = indent + link;
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
      // Spaces after a word belong to it and need no room.
      while (letters[wordEnd] === ' ') wordEnd += 1;
      if (wordWide > left && !isEmpty) nextRow();
    }
    if (wide > left && !isEmpty) nextRow();
    if (isSequence(letter)) {
      row += letter;
      const part = linkPart(letter);
      if (part) link = part === 'start' ? letter : '';
      continue;
    }
    if (rows.length > 0 && letter === ' ' && isEmpty) continue;
    row += letter;
    left -= wide;
    if (letter.trim() !== '') isEmpty = false;
  }
  return [...rows, row.trimEnd()];
}

/** Splits letters wider than a row into code points: the terminal may not treat them as one letter. */
function takenApart(laid: Measured, columns: number): Measured {
  if (laid.widths.every((wide) => wide <= columns)) return laid;
  const letters = laid.letters.flatMap((letter, at) =>
    (laid.widths[at] as number) > columns ? [...letter] : [letter],
  );
  return { ...laid, letters, widths: letters.map((letter) => columnsOf(letter, laid.width)) };
}

/** A line, split into letters. */
interface Measured {
  readonly line: string;
  readonly width: (text: string) => number;
  readonly columns: number;
  readonly letters: readonly string[];
  readonly widths: readonly number[];
}

/** The last line measured. A message to a room is wrapped for many widths in a row. */
let last: Measured | undefined;

function measured(line: string, width: (text: string) => number): Measured {
  if (last?.line === line && last.width === width) return last;
  if (!line.includes('\x1b')) {
    const letters = graphemesOf(line);
    last = { line, width, columns: width(line), letters, widths: letters.map(width) };
    return last;
  }
  const letters = bySequences(line).flatMap((part, at) => (at % 2 === 1 ? part : graphemesOf(part)));
  const widths = letters.map((letter) => columnsOf(letter, width));
  last = { line, width, columns: widths.reduce((sum, wide) => sum + wide, 0), letters, widths };
  return last;
}

/** Whether a letter is a sequence: no other letter begins with ESC and goes on. */
const isSequence = (letter: string) => letter.length > 1 && letter.startsWith('\x1b');

const columnsOf = (letter: string, width: (text: string) => number) =>
  isSequence(letter) ? 0 : width(letter);
