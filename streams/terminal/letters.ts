/**
 * Units of UTF-16 that are a letter of their own next to each other: no mark, joiner, half of a pair or of a syllable, and
 * nothing that takes what comes next with it. Most of what is typed in Latin, Greek, Cyrillic, Chinese, Japanese and Korean.
 */
const SIMPLE =
  '\\x20-\\x7e\\xa0-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20cf\\u2190-\\u2bff\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u9fff\\uac00-\\ud7a3';

const ALL_SIMPLE = new RegExp(`^[${SIMPLE}]*$`);
/** What isn't simple, with one simple letter on each side: it may belong to them. */
const ODD = new RegExp(`[${SIMPLE}]?[^${SIMPLE}]+(?:[${SIMPLE}][^${SIMPLE}]+)*[${SIMPLE}]?`, 'g');

const SEGMENTER = new Intl.Segmenter();

/** Whether each unit of UTF-16 in a text is a letter of its own. */
export const isSimple = (text: string): boolean => ALL_SIMPLE.test(text);

/**
 * What a person takes for the letters of a text (grapheme clusters, UAX #29). As `Intl.Segmenter` has it, which is asked only
 * about the parts that need it: it takes twenty times as long.
 */
export function lettersOf(text: string): string[] {
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

/** Longer letters are taken in parts. */
const MAX_LETTER = 64;
/** Ends of texts whose letters are remembered. */
const MAX_KNOWN = 1024;

/** The first letter of a text, as {@link lettersOf} has it; no more than 64 units of it. */
export function firstLetter(text: string): string {
  if (isSimple(text.slice(0, 2))) return text.slice(0, 1);
  return first(text.slice(0, MAX_LETTER));
}

/** The last letter of a text, found from its end. */
export function lastLetter(text: string): string {
  if (isSimple(text.slice(-2))) return text.slice(-1);
  return last(text.slice(-MAX_LETTER));
}

const first = remembered((text) => letterAt(text, 0));
const last = remembered((text) => letterAt(text, text.length - 1));

const letterAt = (text: string, at: number) =>
  (SEGMENTER.segment(text).containing(at) as Intl.SegmentData).segment;

/** Looking a letter up takes some microseconds, and a key that is held down asks for the same ones again and again. */
function remembered(find: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text) ?? find(text);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(text, found);
    return found;
  };
}

/** Where the letter begins that a unit of a text belongs to. */
export function letterStart(text: string, at: number): number {
  if (at === 0 || isSimple(text.slice(at - 1, at + 1))) return at;
  // A letter certainly begins between two simple ones.
  let from = at;
  while (from > 0 && !isSimple(text.slice(from - 1, from + 1))) from -= 1;
  return from + (SEGMENTER.segment(text.slice(from)).containing(at - from)?.index ?? at - from);
}
