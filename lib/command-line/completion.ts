import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import type { Outline } from './outline.js';
import { zshCompletion } from './zsh.js';

/** The shells that can be helped, and who writes their script. */
export const COMPLETIONS: Readonly<Record<string, (outline: Outline) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
