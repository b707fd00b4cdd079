import { printable } from '../streams/terminal/printable.js';

/**
 * What an error says, as one line that is safe on a screen. Apps throw anything, and of some of that not even a
 * text can be made.
 */
export function messageOf(error: unknown): string {
  try {
    return printable(String(error instanceof Error ? error.message : error));
  } catch {
    return 'an error without words';
  }
}

/** The same in quotes, for a line of a log: whatever is quoted in an error doesn't read as a line of ours. */
export const quotedMessageOf = (error: unknown): string => `"${messageOf(error).replaceAll('"', '\\"')}"`;
