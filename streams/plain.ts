/**
 * What doesn't show, or shows what isn't there: C0, DEL and C1; separators of lines; marks that turn writing around; halves
 * of characters; and characters that take no room, but for those that join or vary the one before them.
 */
export const UNSAFE =
  /(?![\ufe0e\ufe0f\u200c\u200d])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** Variations of what has none, and then joiners where no script and no picture has one. */
const STRAY_VARIATION = /(?<!\p{Emoji})[\ufe0e\ufe0f]/gu;
const STRAY_JOINER =
  /(?:(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{EMod}])|(?<=[\0-\u02ff]))[\u200c\u200d]/gu;

/** No script puts more marks on a letter; with hundreds, a text climbs over the lines above it. */
const TOWER = /(\p{M}{6})\p{M}+/gu;

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
