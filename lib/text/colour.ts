import { styleText } from 'node:util';

/** The styles of text. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Gives a text a style, or returns it unchanged. */
export type Paint = (style: Style, text: string) => string;

/** The part of a stream that tells whether it is a terminal. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  hasColors?(): boolean;
}

/** Returns every text unchanged. */
export const plainly: Paint = (_, text) => text;

/**
 * Creates a {@link Paint} that colours text on a terminal with colours, and returns it unchanged elsewhere.
 * `NO_COLOR` (no-color.org) turns colours off and wins over everything else. `FORCE_COLOR` turns them on
 * without a terminal too; `0` and `false` turn them off.
 */
export const painter = (screen: Screen, env: NodeJS.ProcessEnv = process.env): Paint =>
  hasColours(screen, env) ? (style, text) => styleText(style, text, { validateStream: false }) : plainly;

function hasColours(screen: Screen, { NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return screen.isTTY === true && screen.hasColors?.() === true;
}
