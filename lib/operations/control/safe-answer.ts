import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { sanitize } from '../../../streams/terminal/sanitize.js';

/**
 * Parses a line of JSON from a board, and makes all text in it safe on a terminal: control characters, line
 * breaks and changes of direction are escaped. The program at the socket may be any program. Returns null if
 * the line isn't a board's answer.
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

const shown = (text: string) => sanitize(escapeControls(text));
