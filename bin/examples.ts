import type { Command } from 'commander';
import type { Example } from './command-line/outline.js';

const examples = new WeakMap<Command, readonly Example[]>();

/** Adds examples to the end of a command's help and to the manual page. */
export function withExamples(command: Command, lines: Record<string, string>): Command {
  const rows = Object.entries(lines).map(([line, does]) => ({ line, does }));
  examples.set(command, rows);
  const text = rows.map(({ line, does }) => `  ${line}\n      ${does}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${text}`);
}

/** Returns the examples of a command. */
export const examplesOf = (command: Command): readonly Example[] => examples.get(command) ?? [];
