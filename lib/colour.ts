import { styleText } from 'node:util';

/** What a piece of text can look like. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Gives a text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** As much of a stream as tells whether people look at it. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  hasColors?(): boolean;
}

/** Leaves every text as it is. */
export const plainly: Paint = (_, text) => text;

/**
 * Paints for a stream that is a terminal with colours, and leaves text alone for any other. `NO_COLOR` (no-color.org) takes
 * the colours away, whatever else is said; `FORCE_COLOR` has them without a terminal too, and is off with `0` or `false`.
 */
export const painter = (screen: Screen, env: NodeJS.ProcessEnv = process.env): Paint =>
  hasColours(screen, env) ? (style, text) => styleText(style, text, { validateStream: false }) : plainly;

function hasColours(screen: Screen, { NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return screen.isTTY === true && screen.hasColors?.() === true;
}
