/** C0, DEL and C1; separators of lines; marks that turn writing around or take no room; halves of characters. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\p{Cs}]/gu;

/**
 * Makes a text safe for one line of a log or of a screen: what would drive a terminal, break the line or turn it
 * around is shown as `\u{1b}`. Longer than `most` characters, it is cut with an ellipsis.
 */
export function printable(text: string, most = 200): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
