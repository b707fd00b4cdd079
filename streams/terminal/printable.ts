import { UNSAFE } from './plain.js';

/** A line of a log has nothing in it that doesn't show, such as joiners. */
export const NOT_PRINTED = new RegExp(`${UNSAFE.source}|[\\u200c\\u200d]`, 'gu');

/**
 * Makes a text safe for one line of a log or of a screen: what would drive a terminal, break the line or turn it
 * around is shown as `\u{1b}`. Longer than `most` characters, it is cut with an ellipsis.
 *
 * @example
 * ```ts
 * import { printable } from 'impulse-bbs/streams';
 *
 * console.log(printable('hello\x1b[2J')); // hello\u{1b}[2J
 * ```
 */
export function printable(text: string, most = 200): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.replace(NOT_PRINTED, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
