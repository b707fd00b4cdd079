import { init } from '../../lib/config/init.js';
import { escapeControls } from '../../streams/terminal/escape-controls.js';
import type { AddCommand } from '../command.js';
import { withExamples } from '../examples.js';

/** `impulse init` */
export const initCommand: AddCommand = (program, { typedAs }) => {
  const command = program
    .command('init')
    .description('create a board: write a .env with every setting explained, and a banner')
    .argument('[folder]', 'the folder; by default the current one')
    .action((folder = '.') => {
      for (const path of init(folder)) process.stdout.write(`wrote ${escapeControls(path, 1000)}\n`);
      const where = folder === '.' ? '' : ' from that folder';
      process.stdout.write(`Edit them as you like, then open the board${where}: ${typedAs} serve\n`);
    });
  withExamples(command, {
    'impulse init': 'creates a board in this folder',
    'impulse init my-board': 'creates a board in a new folder',
  });
};
