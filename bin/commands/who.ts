import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { ask } from '../../lib/operations/control/ask.js';
import { callerTable } from '../../lib/operations/control/caller-table.js';
import type { Caller } from '../../lib/operations/control/protocol.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse who` */
export const whoCommand: AddCommand = (program) => {
  const command = withControl(program.command('who').description('list the callers on line'))
    .option('--json', 'print it as JSON')
    .action(async (_: unknown, command: Command) => {
      const who$ = ask<{ callers: Caller[] }>(socketOf(command), { command: 'who' });
      const { callers } = await firstValueFrom(who$);
      const text = command.opts().json ? JSON.stringify(callers, null, 2) : callerTable(callers).join('\n');
      process.stdout.write(`${text}\n`);
    });
  withExamples(command, {
    'impulse who': "lists the callers of this machine's board",
    'impulse who --port 2400 --json': 'lists the callers of the board on that port, as JSON',
  });
};
