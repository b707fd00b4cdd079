import type { AddCommand } from '../command.js';
import { manual } from '../command-line/manual.js';
import { withExamples } from '../examples.js';
import { outlineOf } from '../outline.js';

/** `impulse man` */
export const manCommand: AddCommand = (program) => {
  const command = program
    .command('man')
    .description('print the manual page, in the format of man')
    .action(() => void process.stdout.write(manual(outlineOf(program))));
  withExamples(command, { 'impulse man | man -l -': 'shows the manual page' });
};
