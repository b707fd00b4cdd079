import { escapeControls } from '../../streams/terminal/escape-controls.js';

/**
 * Returns an error's message as one line that is safe on a screen. Handles any thrown value, also one that
 * can't be converted to a string.
 */
export function messageOf(error: unknown): string {
  try {
    return escapeControls(String(error instanceof Error ? error.message : error));
  } catch {
    return 'an error without words';
  }
}

/** The same in quotes for a log line, so that text in an error can't pass for part of the log. */
export const quotedMessageOf = (error: unknown): string => `"${messageOf(error).replaceAll('"', '\\"')}"`;
