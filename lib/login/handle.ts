import unhomoglyph from 'unhomoglyph';

/**
 * Letters and digits of any script, and within them spaces, dots, dashes and underlines; 2 to 20 characters. No dot at the
 * end: `ann left.` is what is said of who leaves.
 */
const HANDLE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,18}[\p{L}\p{M}\p{N}_-]$/u;

/** What tells the parts of a handle apart, and no handle from another. */
const BETWEEN = /[ ._-]+/gu;

/** Letters that don't show, such as the Hangul filler. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** A handle that is safe on anybody's screen, or null. Accents are composed, and runs of spaces are one. */
export function handleOf(typed: string): string | null {
  const handle = typed.normalize('NFC').trim().replace(/\s+/g, ' ');
  return HANDLE.test(handle) && !INVISIBLE.test(handle) ? handle : null;
}

/** A handle as it is looked up: `Zoë` is `zoë`. */
export const folded = (handle: string): string => handle.normalize('NFC').toLowerCase();

/**
 * Whether a person may take one handle for the other: by case (`Ann`, `ann`), by letters that look the same (`ann` with
 * a Cyrillic a, `Ian` and `lan`), after Unicode's list of confusables (UTS #39), or by what is between (`ann_b`, `ann b`).
 */
export function alike(one: string, other: string): boolean {
  const looks = looksOf(one);
  return looksOf(other).some((look) => looks.includes(look));
}

/** The words of a handle. */
export const wordsOf = (handle: string): string[] => handle.split(BETWEEN);

/** What a handle looks like: as it is written, and in small letters, since each may look like something that the other doesn't. */
export function looksOf(handle: string): readonly string[] {
  const known = LOOKS.get(handle);
  if (known) return known;
  const looks = [handle, folded(handle)].map((text) =>
    unhomoglyph(text.replace(BETWEEN, '').normalize('NFD')).toLowerCase(),
  );
  if (LOOKS.size >= MOST_LOOKS) LOOKS.clear();
  LOOKS.set(handle, looks);
  return looks;
}

/** A handle that logs in is compared with all that are on line. */
const LOOKS = new Map<string, readonly string[]>();
const MOST_LOOKS = 20_000;
