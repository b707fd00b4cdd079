import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { LETTERS } from '../streams/line-editor.js';
import { isOrdinary } from '../streams/plain.js';

/** Letters that are remembered; a language has some thousands. */
const MOST_KNOWN = 8192;
const known = new Map<string, number>();

/**
 * How many columns a text takes on the screen. What a letter takes is looked up once: to work it out costs twenty times as
 * much, and a line of emoji that a room full of callers hears would hold the board for seconds.
 */
export function width(text: string): number {
  if (isOrdinary(text)) return text.length;
  const seen = text.includes('\x1b') ? stripVTControlCharacters(text) : text;
  let columns = 0;
  for (const { segment } of LETTERS.segment(seen)) columns += widthOf(segment);
  return columns;
}

function widthOf(letter: string): number {
  const columns = known.get(letter) ?? stringWidth(letter);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(letter, columns);
  return columns;
}
