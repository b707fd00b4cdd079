import { sanitize } from '../terminal/sanitize.js';
import type { Completer } from '../types/session.js';

/**
 * Sanitizes the choices of an app's completer, and drops those that don't begin with what was typed, in either
 * case. If the completer throws, there are no choices.
 *
 * @param failed Called with what the completer threw.
 */
export function containCompleter(completer: Completer, failed: (error: unknown) => void): Completer {
  return (typed) => {
    try {
      const begins = typed.toLowerCase();
      return [...completer(typed)].map(sanitize).filter((text) => text.toLowerCase().startsWith(begins));
    } catch (error) {
      failed(error);
      return [];
    }
  };
}
