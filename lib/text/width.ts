import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { graphemesOf } from '../../streams/terminal/graphemes.js';
import { isOrdinary } from '../../streams/terminal/sanitize.js';
import { withoutSequences } from '../../streams/terminal/sequences.js';

/** The most letters that are cached; a language has some thousands. */
const MAX_KNOWN = 8192;
/** Longer texts are not looked up as one letter. */
export const LONG_LETTER = 16;
const known = new Map<string, number>();

/**
 * Returns how many columns a text takes on the screen. The width of each letter is cached: computing it costs
 * twenty times as much, and a line of emoji in a full room would block the board for seconds.
 */
export function width(text: string): number {
  if (isOrdinary(text)) return text.length;
  // Mostly asked letter by letter. Finding that it is one costs more than all else: a `Segmenter` leaves ICU
  // objects behind, and collecting those of a full room takes 20 ms.
  const letter = text.length <= LONG_LETTER ? known.get(text) : undefined;
  if (letter !== undefined) return letter;
  const seen = text.includes('\x1b') ? stripVTControlCharacters(withoutSequences(text)) : text;
  let columns = 0;
  for (const letter of graphemesOf(seen)) columns += widthOf(letter);
  return columns;
}

function widthOf(letter: string): number {
  const columns = known.get(letter) ?? stringWidth(letter);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(letter, columns);
  return columns;
}
