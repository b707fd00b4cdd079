import unhomoglyph from 'unhomoglyph';

/**
 * Letters and digits, with spaces, dots, dashes and underlines between them; 2 to 20 characters. A handle
 * must not end with a dot, or it could read as a sentence of the board: `ann left.`
 */
const HANDLE = /^(?=.{2,20}$)[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*(?<!\.)$/u;

/** The scripts allowed in handles (UAX #31, table 5). Scripts that are written together are grouped. */
const SCRIPTS = (
  'Arabic Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar ' +
  'Oriya Sinhala Tamil Telugu Thaana Thai Tibetan Han+Hiragana+Katakana Han+Hangul Han+Bopomofo'
).split(' ');
/** Scripts with shared accents, which mostly are one code point with their letters. */
const ACCENTED_SCRIPTS = ['Latin', 'Cyrillic', 'Greek'];

/**
 * Patterns for a text of one script. `beginning` matches a letter of the script; `whole` matches letters of
 * that script alone, each with its marks. `beginning` is tested first, since the engine takes two
 * milliseconds to compile each `whole`.
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

/** The characters between the parts of a handle. They don't make a handle different from another. */
export const BETWEEN = /[ ._-]+/gu;

/** Letters that don't show, such as the Hangul filler. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * Returns the handle that a caller typed, in a form that is safe on every screen; null if there is none. All
 * letters must be of one script, since a mark or a letter of another one can make a handle look like someone
 * else's. Normalizes letter widths, accents and runs of spaces. Other callers see and type it as {@link
 * oneWord} returns it.
 */
export function handleOf(typed: string): string | null {
  const handle = typed.normalize('NFKC').trim().replace(/\s+/g, ' ');
  const isGood = HANDLE.test(handle) && !INVISIBLE.test(handle) && isOfOneScript(handle);
  return isGood ? handle : null;
}

/** Returns the key to look up a handle by: `Zoë` is `zoë`, and `ann b` is `ann_b`. */
export const folded = (handle: string): string => oneWord(handle.normalize('NFKC')).toLowerCase();

/**
 * Returns a handle as it is shown: as one word. With blanks in it, the end of the handle and the start of the
 * message could not be told apart.
 */
export const oneWord = (handle: string): string => handle.trim().replace(/\s+/g, '_');

/**
 * Returns whether a person may mistake one handle for the other. They may differ by case (`Ann`, `ann`), by
 * letters that look the same (`ann` with a Cyrillic a, `Ian` and `lan`, `will` and `vvill`; Unicode's list of
 * confusables, UTS #39), or by what is between (`ann_b`, `annb`). Two handles look alike if they share one of
 * their {@link looksOf}.
 */
export function alike(one: string, other: string): boolean {
  const looks = looksOf(one);
  return looksOf(other).some((look) => looks.includes(look));
}

/**
 * Returns the skeletons of a handle: one as written and one in lower case, since each may look like something
 * that the other doesn't.
 */
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

/** Marks that are easily overlooked: all but the accents above a letter that many languages have. */
const SMALL_MARKS = /[\u030d-\u036f]/g;

/** Letters that people confuse, besides Unicode's confusables. `m` and `rn` are among those. */
const SAME: Readonly<Record<string, string>> = { vv: 'w', cl: 'd', 0: 'o', 1: 'l', 5: 's', 8: 'b', i: 'l' };

/** A cache, since each handle that logs in is compared with all handles on line. */
const LOOKS = new Map<string, readonly string[]>();
const MAX_LOOKS = 20_000;
