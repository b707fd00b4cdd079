import type { Terminal } from './types.js';

/** Terminals that know no control sequences, or may not. */
const PLAIN = /^(dumb|unknown|network|tty|teletype.*)$/i;

/**
 * Whether a terminal is known to understand control sequences (ECMA-48): colours, moves of the cursor, erasing. False
 * until the client has said what it is.
 *
 * @example
 * ```ts
 * import { type App, hasAnsi } from 'impulse-bbs';
 * import { of } from 'rxjs';
 *
 * const alarm: App = ({ terminal }) => of(hasAnsi(terminal) ? '\x1b[31mFire!\x1b[0m\n' : 'FIRE!\n');
 * ```
 */
export function hasAnsi({ type }: Pick<Terminal, 'type'>): boolean {
  return type !== null && !PLAIN.test(type);
}
