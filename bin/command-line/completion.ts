import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import type { Outline } from './outline.js';
import { zshCompletion } from './zsh.js';

/** The generators of completion scripts, by shell. */
export const COMPLETIONS: Readonly<Record<string, (outline: Outline) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
