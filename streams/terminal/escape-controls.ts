import { UNSAFE } from './sanitize.js';

/** Log lines leave out joiners too. */
export const NOT_PRINTED = new RegExp(`${UNSAFE.source}|[\\u200c\\u200d]`, 'gu');

/**
 * Makes a text safe for one line of a log or screen. Characters that could control a terminal, break the line
 * or reverse it are escaped, as in `\u{1b}`. A text longer than `most` characters is cut, with an ellipsis.
 *
 * @example
 * ```ts
 * import { escapeControls } from 'impulse-bbs/streams';
 *
 * console.log(escapeControls('hello\x1b[2J')); // hello\u{1b}[2J
 * ```
 */
export function escapeControls(text: string, maxLength = 200): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return short.replace(NOT_PRINTED, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
