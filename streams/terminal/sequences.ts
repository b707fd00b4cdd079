/** Sequences that take no columns: colours (SGR) and links (OSC 8). */
const SEQUENCE = '\\x1b\\[[\\d;:]*m|\\x1b\\]8;[^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)';
const SEQUENCES = new RegExp(SEQUENCE, 'g');
const BETWEEN = new RegExp(`(${SEQUENCE})`);

/** Removes the sequences that apps may have in a text, and that take no columns. */
export const withoutSequences = (text: string): string =>
  text.includes('\x1b') ? text.replace(SEQUENCES, '') : text;

/** Splits a text into sequences and the texts between them. The sequences have the odd indices. */
export const bySequences = (text: string): string[] => text.split(BETWEEN);
