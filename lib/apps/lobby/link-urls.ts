import { link } from '../../../streams/terminal/link.js';
import type { Terminal } from '../../../streams/types/connection.js';

/** URLs in a text. Their end may be the sentence's. */
const URLS = /\b(?:https?|telnet):\/\/[\x21-\x7e]+/gi;
const SENTENCE_END = `.,;:!?'"*>]}`;

/** Turns the URLs of a plain text into links, if the terminal has them. */
export function linkUrls(text: string, terminal: Pick<Terminal, 'links'>): string {
  if (!terminal.links || !text.includes('://')) return text;
  return text.replace(URLS, (found) => {
    const url = withoutEnd(found);
    return `${link(terminal, url)}${found.slice(url.length)}`;
  });
}

/** Removes the end of the sentence around a URL. A bracket belongs to the URL if it was opened in it. */
function withoutEnd(found: string): string {
  const isEnd = (letter: string) => SENTENCE_END.includes(letter) || (letter === ')' && !found.includes('('));
  let end = found.length;
  while (isEnd(found.charAt(end - 1))) end -= 1;
  return found.slice(0, end);
}
