import type { Terminal } from '../types/connection.js';

/** What a link may be: nothing that runs a program or reads a file, and no longer than terminals take. */
const URL_FORM = /^(?:https?:|mailto:|telnet:)[\x21-\x7e]{1,2000}$/i;

/**
 * The start of a link. Cells with the same URL and id are one link for a terminal, also on several rows. So one
 * id does for all.
 */
const open = (url: string) => `\x1b]8;id=1;${url}\x1b\\`;

/** The end of a link. */
export const LINK_END = '\x1b]8;;\x1b\\';

/** Whether a sequence starts a link, ends one, or neither. */
export function linkPart(sequence: string): 'start' | 'end' | undefined {
  if (!sequence.startsWith('\x1b]8;')) return undefined;
  return /^\x1b\]8;[^;]*;[^\x07\x1b]/.test(sequence) ? 'start' : 'end';
}

/**
 * Returns a text as a link (OSC 8), if the terminal is known to have links ({@link Terminal.links}); else the
 * text with the URL in brackets behind it. A URL is `http`, `https`, `mailto` or `telnet`, in printable ASCII
 * without blanks, and at most 2,000 characters long. For any other, the text alone is returned.
 *
 * @param text Defaults to the URL.
 * @example
 * ```ts
 * import { type App, link } from 'impulse-bbs';
 * import { of } from 'rxjs';
 *
 * const news: App = ({ terminal }) =>
 *   of(`All of it is in ${link(terminal, 'https://bbs.example/news', 'our news')}.\n`);
 * ```
 */
export function link(terminal: Pick<Terminal, 'links'>, url: string, text = url): string {
  if (!URL_FORM.test(url)) return text;
  if (terminal.links) return `${open(url)}${text}${LINK_END}`;
  return text === url ? url : `${text} (${url})`;
}
