import type { ScreenParts } from '../../streams/terminal/screen.js';

/** A screen for text in which each character is a letter of one column, and no chunk ends within one. */
export const PLAIN_SCREEN: ScreenParts = {
  decoded: (bytes) => Buffer.from(bytes).toString(),
  encoded: (text) => Buffer.from(text),
  width: (text) => text.length,
  maxWidth: (text) => text.length,
};
