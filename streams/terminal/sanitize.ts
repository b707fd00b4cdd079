/**
 * Characters that are invisible or misleading: C0, DEL and C1; line separators; bidirectional marks and all
 * other format controls; lone surrogates; private-use characters; and zero-width characters, except those
 * that join or vary the character before them.
 */
export const UNSAFE =
  /(?![\ufe0e\ufe0f\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/**
 * Variation selectors after a character without variants, and joiners where no script and no emoji has
 * one.
 */
const STRAY_VARIATION = /(?<!\p{Emoji})[\ufe0e\ufe0f]/gu;
const STRAY_JOINER =
  /(?:(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{EMod}])|(?<=[\0-\u02ff]))[\u200c\u200d]/gu;

/** Characters that combine with the one before: marks, skin tones, Hangul vowels and finals, joiners. */
const ON_TOP = '[\\p{M}\\p{Grapheme_Extend}\\p{EMod}\\u1160-\\u11ff\\ud7b0-\\ud7ff\\u200c\\u200d]';
/** No script stacks more marks on a letter. With hundreds, a text grows over the rows above it. */
const TOWER = new RegExp(`(${ON_TOP}{6})${ON_TOP}+`, 'gu');

/**
 * Reduces a text to plain text: removes what could control a terminal, break the line, reverse it or hide in
 * it.
 *
 * @example
 * ```ts
 * import { sanitize } from 'impulse-bbs';
 *
 * sanitize('\x1b]0;title\x07hello'); // ']0;titlehello'
 * ```
 */
export function sanitize(text: string): string {
  if (isOrdinary(text)) return text;
  return withoutControls(text).replace(STRAY_VARIATION, '').replace(STRAY_JOINER, '').replace(TOWER, '$1');
}

/** Removes controls from an incomplete text. Joiners stay, as their letter may be in the part before. */
export const withoutControls = (text: string): string => text.replace(UNSAFE, '');

/** Whether a text is printable ASCII only, and therefore plain. */
export const isOrdinary = (text: string): boolean => ORDINARY.test(text);

const ORDINARY = /^[\x20-\x7e]*$/;
