import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { ask } from '../../lib/operations/control/ask.js';
import type { View } from '../../lib/operations/control/protocol.js';
import { statsText } from '../../lib/operations/control/stats.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse stats` */
export const statsCommand: AddCommand = (program) => {
  const command = withControl(
    program.command('stats').description('print statistics of the board since its start'),
  )
    .option('--json', 'print it as JSON')
    .action(async (_: unknown, command: Command) => {
      const { figures } = await firstValueFrom(ask<View>(socketOf(command), { command: 'stats' }));
      process.stdout.write(
        command.opts().json ? `${JSON.stringify(figures, null, 2)}\n` : statsText(figures),
      );
    });
  withExamples(command, {
    'impulse stats': 'prints them as text',
    'impulse stats --json': 'prints them as JSON',
  });
};
