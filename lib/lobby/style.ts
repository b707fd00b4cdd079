import type { Terminal } from '../../streams/types/connection.js';

/** Colours of ECMA-48's SGR. */
const STYLES = { name: '1;36', quiet: '2', loud: '1;33' } as const;

/** Puts a text in a style, where the terminal has any. */
export type Style = (style: keyof typeof STYLES, text: string) => string;

/** The styles of a terminal. */
export const styleOf = (terminal: Pick<Terminal, 'colours'>): Style =>
  terminal.colours ? (style, text) => `\x1b[${STYLES[style]}m${text}\x1b[0m` : (_, text) => text;
