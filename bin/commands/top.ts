import type { Command } from 'commander';
import { ask } from '../../lib/operations/control/ask.js';
import { live } from '../../lib/operations/control/live.js';
import type { View } from '../../lib/operations/control/protocol.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse top` */
export const topCommand: AddCommand = (program, { signal$, exitWith }) => {
  const command = withControl(
    program.command('top').description('watch the board: callers, rates and memory, each second'),
  ).action(async (_: unknown, command: Command) => {
    const { stdin: input, stdout: output } = process;
    if (!input.isTTY || !output.isTTY)
      program.error('top needs a terminal; use impulse stats --json elsewhere');
    exitWith(await live(ask<View>(socketOf(command), { command: 'watch' }), { input, output, signal$ }));
  });
  withExamples(command, {
    'impulse top': "watches this machine's board; q quits",
  });
};
