import type { Terminal } from '../types/connection.js';
import { wrap } from './wrap.js';

/**
 * Formats a message from the sysop for this terminal, so that it stands out from messages of other
 * callers.
 */
export function announcement(
  text: string,
  terminal: Pick<Terminal, 'columns' | 'colours'>,
  width: (text: string) => number,
): string {
  const lines = wrap(`*** ${text} ***`, terminal.columns, width);
  return terminal.colours ? `\x1b[1;7m${lines.replaceAll('\n', '\x1b[0m\n\x1b[1;7m')}\x1b[0m` : lines;
}
