/**
 * What doesn't show, or shows what isn't there: C0, DEL and C1; separators of lines; marks that turn writing around, and
 * all other controls of formats; halves of characters, and characters that every machine shows as it likes; and characters
 * that take no room, but for those that join or vary the one before them.
 */
export const UNSAFE =
  /(?![\ufe0e\ufe0f\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** Variations of what has none, and then joiners where no script and no picture has one. */
const STRAY_VARIATION = /(?<!\p{Emoji})[\ufe0e\ufe0f]/gu;
const STRAY_JOINER =
  /(?:(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{EMod}])|(?<=[\0-\u02ff]))[\u200c\u200d]/gu;

/** What stands on the letter before it, or joins it: marks, tones of skin, the second half of a Korean syllable, joiners. */
const ON_TOP = '[\\p{M}\\p{Grapheme_Extend}\\p{EMod}\\u1160-\\u11ff\\ud7b0-\\ud7ff\\u200c\\u200d]';
/** No script puts more of it on a letter; with hundreds, a text climbs over the lines above it. */
const TOWER = new RegExp(`(${ON_TOP}{6})${ON_TOP}+`, 'gu');

/**
 * A text as nothing but text: what would drive a terminal, break a line, turn it around or hide in it is left out.
 *
 * @example
 * ```ts
 * import { plain } from 'impulse-bbs';
 *
 * plain('\x1b]0;title\x07hello'); // ']0;titlehello'
 * ```
 */
export function plain(text: string): string {
  if (isOrdinary(text)) return text;
  return withoutControls(text).replace(STRAY_VARIATION, '').replace(STRAY_JOINER, '').replace(TOWER, '$1');
}

/** A part of a text that isn't whole yet, without what no text has; joiners may have something before them. */
export const withoutControls = (text: string): string => text.replace(UNSAFE, '');

/** Whether a text is of ASCII's letters only, and therefore plain. */
export const isOrdinary = (text: string): boolean => ORDINARY.test(text);

const ORDINARY = /^[\x20-\x7e]*$/;
