import { Argument } from 'commander';
import type { AddCommand } from '../command.js';
import { COMPLETIONS } from '../command-line/completion.js';
import { withExamples } from '../examples.js';
import { outlineOf } from '../outline.js';

const HOW_TO_KEEP = `
The script knows commands, flags and values. To load it in every shell,
save it in a file:
  bash  ~/.local/share/bash-completion/completions/impulse
  zsh   _impulse, in a folder of $fpath
  fish  ~/.config/fish/completions/impulse.fish`;

/** `impulse completion` */
export const completionCommand: AddCommand = (program) => {
  const command = program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETIONS)))
    .addHelpText('after', HOW_TO_KEEP)
    .action((shell: string) => void process.stdout.write(COMPLETIONS[shell]?.(outlineOf(program)) ?? ''));
  withExamples(command, {
    'source <(impulse completion bash)': 'enables completion in this bash; likewise in zsh',
    'impulse completion fish | source': 'enables completion in this fish',
  });
};
