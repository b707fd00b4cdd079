import type { Command } from 'commander';
import { parseDuration } from '../../lib/config/duration.js';
import { followDrain } from '../../lib/operations/control/follow-drain.js';
import type { AddCommand } from '../command.js';
import { socketOf, withControl } from '../control-flags.js';
import { withExamples } from '../examples.js';

/** `impulse drain` */
export const drainCommand: AddCommand = (program, { signal$, exitWith }) => {
  const command = withControl(
    program.command('drain').description('shut the board down with a grace, now or after a countdown'),
  )
    .option('--in <duration>', 'the countdown before the shutdown, such as 90s or 5m')
    .option('--cancel', 'cancel the countdown')
    .action(async (flags: { in?: string; cancel?: boolean }, command: Command) => {
      const inMs = flags.in === undefined ? 0 : parseDuration(flags.in);
      if (typeof inMs !== 'number')
        return program.error(`--in '${flags.in}' is not a duration: use one such as 90s, 5m or 2h`);
      if (flags.in !== undefined && flags.cancel) program.error('--in and --cancel exclude each other');
      const request = flags.cancel ? { cancel: true } : { inMs };
      const say = (line: string) => void process.stdout.write(`${line}\n`);
      exitWith(await followDrain(socketOf(command), { command: 'drain', ...request }, signal$, say));
    });
  withExamples(command, {
    'impulse drain': 'shuts the board down, and reports the result',
    'impulse drain --in 5m': 'shuts it down after a countdown of five minutes',
    'impulse drain --cancel': 'cancels the countdown',
  });
};
