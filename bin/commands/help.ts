import type { AddCommand } from '../command.js';
import { withExamples } from '../examples.js';

/**
 * `impulse help`. Replaces Commander's own, which prints the help of the whole program for a mistyped
 * command.
 */
export const helpCommand: AddCommand = (program) => {
  const command = program
    .command('help')
    .description('print the help of a command')
    .argument('[command]', 'the command; by default all commands')
    .action(async (name: string | undefined) => {
      const asked = name === undefined ? program : program.commands.find((each) => each.name() === name);
      if (asked) asked.outputHelp();
      else await program.parseAsync([`${name}`], { from: 'user' });
    });
  withExamples(command, { 'impulse help serve': 'prints every setting of a board' });
};
