/**
 * UTF-16 units that are always a letter of their own: no marks, joiners, surrogates, parts of syllables or
 * prepended marks. They cover most of Latin, Greek, Cyrillic, Chinese, Japanese and Korean.
 */
const SIMPLE =
  '\\x20-\\x7e\\xa0-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20cf\\u2190-\\u2bff\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u9fff\\uac00-\\ud7a3';

const ALL_SIMPLE = new RegExp(`^[${SIMPLE}]*$`);
/** Other units, with a simple letter on each side that may belong to them. */
const ODD = new RegExp(`[${SIMPLE}]?[^${SIMPLE}]+(?:[${SIMPLE}][^${SIMPLE}]+)*[${SIMPLE}]?`, 'g');

const SEGMENTER = new Intl.Segmenter();

/** Whether each UTF-16 unit is a letter of its own. */
export const isSimple = (text: string): boolean => ALL_SIMPLE.test(text);

/**
 * Splits a text into letters (grapheme clusters, UAX #29). Uses `Intl.Segmenter` only for the parts that need
 * it, since it takes twenty times as long.
 */
export function graphemesOf(text: string): string[] {
  if (isSimple(text)) return text.split('');
  const letters: string[] = [];
  let at = 0;
  for (const { 0: odd, index } of text.matchAll(ODD)) {
    while (at < index) {
      letters.push(text.charAt(at));
      at += 1;
    }
    for (const { segment } of SEGMENTER.segment(odd)) letters.push(segment);
    at += odd.length;
  }
  while (at < text.length) {
    letters.push(text.charAt(at));
    at += 1;
  }
  return letters;
}

/** Longer letters are split. */
const MAX_LETTER = 64;
/** The number of results remembered. */
const MAX_KNOWN = 1024;

/** Returns the first letter of a text, at most 64 units of it. */
export function firstLetter(text: string): string {
  if (isSimple(text.slice(0, 2))) return text.slice(0, 1);
  return first(text.slice(0, MAX_LETTER));
}

/** Returns the last letter of a text, searching from its end. */
export function lastLetter(text: string): string {
  if (isSimple(text.slice(-2))) return text.slice(-1);
  return last(text.slice(-MAX_LETTER));
}

const first = remembered((text) => letterAt(text, 0));
const last = remembered((text) => letterAt(text, text.length - 1));

const letterAt = (text: string, at: number) =>
  (SEGMENTER.segment(text).containing(at) as Intl.SegmentData).segment;

/** Caches a lookup, which takes microseconds. A key held down repeats the same ones. */
function remembered(find: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text) ?? find(text);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, found);
    return found;
  };
}

/** Returns the index at which the letter around `at` begins. */
export function letterStart(text: string, at: number): number {
  if (at === 0 || isSimple(text.slice(at - 1, at + 1))) return at;
  // A letter always begins between two simple ones.
  let from = at;
  while (from > 0 && !isSimple(text.slice(from - 1, from + 1))) from -= 1;
  return from + (SEGMENTER.segment(text.slice(from)).containing(at - from)?.index ?? at - from);
}
