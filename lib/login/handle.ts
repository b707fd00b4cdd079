import unhomoglyph from 'unhomoglyph';

/**
 * Letters and digits, and within them spaces, dots, dashes and underlines; 2 to 20 characters. No dot at the end: `ann left.` is what
 * is said of a caller who leaves.
 */
const HANDLE = /^(?=.{2,20}$)[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*(?<!\.)$/u;

/** Scripts that handles are written in (UAX #31, table 5), and those that are written together. */
const SCRIPTS = (
  'Arabic Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar ' +
  'Oriya Sinhala Tamil Telugu Thaana Thai Tibetan Han+Hiragana+Katakana Han+Hangul Han+Bopomofo'
).split(' ');
/** Scripts of which the accents are shared, and mostly one with their letters. */
const ACCENTED_SCRIPTS = ['Latin', 'Cyrillic', 'Greek'];

/**
 * What begins with a letter of one script, and letters of that script alone, each with as many marks as it needs. The first is
 * asked first: an engine takes two milliseconds to compile the second, for each of them.
 */
const ALPHABETS = [
  ...ACCENTED_SCRIPTS.map((script) => [`\\p{scx=${script}}`, '[\\u0300-\\u036f]?'] as const),
  ...SCRIPTS.map((scripts) => {
    const letters = scripts.replace(/\w+\+?/g, (script) => `\\p{scx=${script.replace('+', '')}}`);
    return [letters, `(?:(?=\\p{M})[${letters}]){0,4}`] as const;
  }),
].map(([letters, marks]) => ({
  beginning: new RegExp(`^[${letters}]`, 'u'),
  whole: new RegExp(`^(?:(?!\\p{M})[0-9${letters}]${marks}|[ ._-])+$`, 'u'),
}));

const isOfOneScript = (handle: string): boolean => {
  const [letters = 'a'] = /\p{L}.*/u.exec(handle) ?? [];
  return ALPHABETS.some(({ beginning, whole }) => beginning.test(letters) && whole.test(handle));
};

/** What tells the parts of a handle apart, and no handle from another. */
export const BETWEEN = /[ ._-]+/gu;

/** Letters that don't show, such as the Hangul filler. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * A handle that is safe on anybody's screen, or null: letters of one script, since a mark or a letter of another one makes
 * it look like somebody else's. Letters of other widths are the ordinary ones, accents are composed, and runs of spaces
 * are one. Others see and type it as {@link oneWord}.
 */
export function handleOf(typed: string): string | null {
  const handle = typed.normalize('NFKC').trim().replace(/\s+/g, ' ');
  const isGood = HANDLE.test(handle) && !INVISIBLE.test(handle) && isOfOneScript(handle);
  return isGood ? handle : null;
}

/** A handle as it is looked up: `Zoë` is `zoë`, and `ann b` is `ann_b`. */
export const folded = (handle: string): string => oneWord(handle.normalize('NFKC')).toLowerCase();

/** A handle as it shows, one word: with blanks in it, nobody could tell where it ends and what was said begins. */
export const oneWord = (handle: string): string => handle.trim().replace(/\s+/g, '_');

/**
 * Whether a person may take one handle for the other: by case (`Ann`, `ann`), by letters that look the same (`ann` with
 * a Cyrillic a, `Ian` and `lan`, `will` and `vvill`), after Unicode's list of confusables (UTS #39), or by what is between
 * (`ann_b`, `annb`). They look alike when they share one of their {@link looksOf}.
 */
export function alike(one: string, other: string): boolean {
  const looks = looksOf(one);
  return looksOf(other).some((look) => looks.includes(look));
}

/** What a handle looks like: as it is written, and in small letters, since each may look like something that the other doesn't. */
export function looksOf(handle: string): readonly string[] {
  const known = LOOKS.get(handle);
  if (known) return known;
  const looks = [...new Set([handle.normalize('NFKC'), folded(handle)].map(lookOf))];
  if (LOOKS.size >= MAX_LOOKS) LOOKS.clear();
  LOOKS.set(handle, looks);
  return looks;
}

const lookOf = (text: string): string =>
  unhomoglyph(text.replace(BETWEEN, '').normalize('NFD').replace(SMALL_MARKS, ''))
    .toLowerCase()
    .replace(/vv|cl|[0158i]/g, (letters) => SAME[letters] ?? '');

/** Marks that are easily overlooked: all but the accents above that many languages have. */
const SMALL_MARKS = /[\u030d-\u036f]/g;

/** Of which letters people take one for the other, besides the confusables; `m` and `rn` are among those. */
const SAME: Readonly<Record<string, string>> = { vv: 'w', cl: 'd', 0: 'o', 1: 'l', 5: 's', 8: 'b', i: 'l' };

/** A handle that logs in is compared with all that are on line. */
const LOOKS = new Map<string, readonly string[]>();
const MAX_LOOKS = 20_000;
