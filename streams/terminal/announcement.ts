import type { Terminal } from '../types/connection.js';
import { fit } from './fit.js';

/** What is told a caller on behalf of the sysop, on such a terminal: it stands out from what other callers say. */
export function announcement(
  text: string,
  terminal: Pick<Terminal, 'columns' | 'colours'>,
  width: (text: string) => number,
): string {
  const lines = fit(`*** ${text} ***`, terminal.columns, width);
  return terminal.colours ? `\x1b[1;7m${lines.replaceAll('\n', '\x1b[0m\n\x1b[1;7m')}\x1b[0m` : lines;
}
