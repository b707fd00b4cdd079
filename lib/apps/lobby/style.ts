import type { Terminal } from '../../../streams/types/connection.js';

/** SGR parameters (ECMA-48). */
const STYLES = { name: '1;36', quiet: '2', loud: '1;33' } as const;

/** Styles a text if the terminal has colours. */
export type Style = (style: keyof typeof STYLES, text: string) => string;

/** Returns the {@link Style} for a terminal. */
export const styleOf = (terminal: Pick<Terminal, 'colours'>): Style =>
  terminal.colours ? (style, text) => `\x1b[${STYLES[style]}m${text}\x1b[0m` : (_, text) => text;
