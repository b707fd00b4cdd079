import { stripVTControlCharacters } from 'node:util';
import { graphemesOf } from '../../streams/terminal/graphemes.js';
import { isOrdinary } from '../../streams/terminal/sanitize.js';
import { withoutSequences } from '../../streams/terminal/sequences.js';
import { LONG_LETTER, width } from './width.js';

/**
 * Returns the most columns that a text can take on any terminal. Terminals disagree about what is one letter:
 * four joined emoji take 2 columns on one and 8 on another. Text from other callers is wrapped to this width.
 * If a terminal wrapped a row itself, the next row would begin in the first column, and could pass for
 * another caller's.
 *
 * The result is the sum over the code points of a letter, or the letter's own width if that is more.
 */
export function maxWidth(text: string): number {
  if (isOrdinary(text)) return text.length;
  const known = text.length <= LONG_LETTER ? WIDTHS.get(text) : undefined;
  if (known !== undefined) return known;
  const seen = text.includes('\x1b') ? stripVTControlCharacters(withoutSequences(text)) : text;
  let columns = 0;
  for (const letter of graphemesOf(seen)) columns += widthOfLetter(letter);
  return columns;
}

function widthOfLetter(letter: string): number {
  const known = WIDTHS.get(letter);
  if (known !== undefined) return known;
  let sum = 0;
  for (const point of letter) sum += widthOfPoint(point);
  const columns = Math.max(sum, width(letter));
  if (letter.length > LONG_LETTER) return columns;
  if (WIDTHS.size >= MAX_WIDTHS) WIDTHS.clear();
  WIDTHS.set(letter, columns);
  return columns;
}

function widthOfPoint(point: string): number {
  if (TWO.test(point)) return 2;
  if (NONE.test(point)) return 0;
  return ONE.test(point) ? 1 : width(point);
}

/** Halves of a flag, and code points that only newer terminals know. */
const TWO = /[\p{RI}\p{Cn}\p{Co}]/u;
/**
 * Joiners, and marks that every terminal draws on the letter before: those of the older scripts that take no
 * column.
 */
const NONE = new RegExp(
  '\\u200c|\\u200d|\\ufe0e|(?=[\\p{Mn}\\p{Me}])' +
    '[\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u06ed\\u0900-\\u0acd\\u0e31-\\u0ecd\\u20d0-\\u20f0\\u3099\\u309a]',
  'u',
);
/** All other marks take a column on some terminals. A variation selector for emoji widens its sign by one. */
const ONE = /\p{M}/u;

/** How many letters have their width cached. */
const MAX_WIDTHS = 8192;
const WIDTHS = new Map<string, number>();
