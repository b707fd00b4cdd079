import type { Command } from 'commander';
import { formatTable } from '../../lib/config/config.js';
import { escapeControls } from '../../streams/terminal/escape-controls.js';
import type { AddCommand } from '../command.js';
import { complain } from '../complain.js';
import { withExamples } from '../examples.js';
import { configure, withSettings } from '../settings-flags.js';

/** `impulse check-config` */
export const checkConfigCommand: AddCommand = (program) => {
  const command = withSettings(
    program.command('check-config').description('print every setting and where its value comes from'),
  )
    .option('--json', 'print it as JSON')
    .action((_: unknown, command: Command) => {
      const { sources, warnings, envFile } = configure(command);
      for (const warning of warnings) complain(warning);
      const where = escapeControls(envFile.found ? `read ${envFile.path}` : `no ${envFile.path}`, 4096);
      if (command.opts().json) {
        process.stdout.write(`${JSON.stringify(sources, null, 2)}\n`);
        process.stderr.write(`${where}\n`);
      } else process.stdout.write(`${formatTable(sources)}\n\n${where}\n`);
    });
  withExamples(command, {
    'impulse check-config': 'prints the settings that apply here',
    'impulse check-config --port 2400 --json': 'prints the settings with that flag, as JSON',
  });
};
