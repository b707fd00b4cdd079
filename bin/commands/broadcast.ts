import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { ask } from '../../lib/operations/control/ask.js';
import { heardBy } from '../../lib/operations/control/messages.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse broadcast` */
export const broadcastCommand: AddCommand = (program) => {
  const command = withControl(
    program.command('broadcast').description('send a message to all callers who have logged in'),
  )
    .argument('<text...>', 'the message')
    .action(async (words: string[], _: unknown, command: Command) => {
      const broadcast$ = ask<{ heard: number }>(socketOf(command), {
        command: 'broadcast',
        text: words.join(' '),
      });
      process.stdout.write(`${heardBy((await firstValueFrom(broadcast$)).heard)}\n`);
    });
  withExamples(command, {
    'impulse broadcast "The mail run is at ten."': 'sends the message to all callers who have logged in',
  });
};
