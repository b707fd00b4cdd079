import type { Terminal } from './types.js';

/** Terminals, and clients that call themselves one, that know control sequences, by the beginnings of their names. */
const KNOWN = new RegExp(
  `^(${[
    'x?term(?!inal)|vt[1-5]\\d\\d|ansi|pc-?ansi|qansi|scoansi|avatar|linux|screen|tmux|rxvt|konsole|gnome|vte|iterm|nsterm',
    'putty|kitty|alacritty|wezterm|foot|ghostty|st(-|$)|mlterm|aterm|eterm|dtterm|aixterm|cygwin|mintty|ms-|cons\\d|wsvt',
    'syncterm|netrunner|mudlet|tintin|mushclient|blightmud|kildclient|atlantis|[cz]mud|potato|beip|tinyfugue|axmud',
  ].join('|')})`,
  'i',
);

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
  return type !== null && KNOWN.test(type);
}
