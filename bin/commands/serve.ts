import type { Command } from 'commander';
import { createLog } from '../../lib/log.js';
import { serve } from '../../lib/serve.js';
import type { AddCommand } from '../program.js';
import { configure, withSettings } from '../settings-flags.js';

/** `impulse serve` */
export const serveCommand: AddCommand = (program, { signal$, exitWith }) => {
  withSettings(
    program
      .command('serve')
      .description('open the board, until SIGINT or SIGTERM; SIGHUP rereads the configuration'),
  ).action(async (_: unknown, command: Command) => {
    const { config, warnings } = configure(command);
    const log = createLog({ level: config.logLevel, format: config.logFormat });
    for (const warning of warnings) log.warn('configWarning', warning);
    exitWith(await serve(config, signal$, log, { reread: () => configure(command).config }));
  });
};
