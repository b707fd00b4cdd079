import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { ask } from '../../lib/operations/control/ask.js';
import { kickedLine } from '../../lib/operations/control/messages.js';
import type { Caller } from '../../lib/operations/control/protocol.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse kick` */
export const kickCommand: AddCommand = (program) => {
  const command = withControl(program.command('kick').description('end the session on a node'))
    .argument('<node>', 'the number of the node, as in impulse who')
    .action(async (typed: string, _: unknown, command: Command) => {
      if (!/^\d{1,7}$/.test(typed)) program.error(`'${typed}' is not a node: use its number`);
      const kick$ = ask<{ kicked: Caller }>(socketOf(command), { command: 'kick', node: Number(typed) });
      process.stdout.write(`${kickedLine((await firstValueFrom(kick$)).kicked)}\n`);
    });
  withExamples(command, {
    'impulse kick 7': 'ends the session on node 7',
  });
};
