import { plain } from '../../streams/terminal/plain.js';
import { printable } from '../../streams/terminal/printable.js';

/**
 * What a board answered, a line of JSON, with all text in it safe on a terminal: nothing that drives it, breaks a line or turns
 * it around. What answers at a socket may be anybody's program. Null if it is no answer of a board.
 */
export function safeAnswer(line: string): object | null {
  try {
    const said = JSON.parse(line, (_, value) => safe(value));
    return typeof said === 'object' && !Array.isArray(said) ? said : null;
  } catch {
    return null;
  }
}

function safe(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [shown(name), inner]));
}

const shown = (text: string) => plain(printable(text));
