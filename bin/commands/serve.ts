import type { Command } from 'commander';
import { merge } from 'rxjs';
import { painter } from '../../lib/colour.js';
import { inheritedSocket } from '../../lib/listener/inherited.js';
import { createLog } from '../../lib/log.js';
import { serve } from '../../lib/serve.js';
import { withExamples } from '../examples.js';
import type { AddCommand } from '../program.js';
import { configure, reconfigure, withSettings } from '../settings-flags.js';

/** `impulse serve` */
export const serveCommand: AddCommand = (program, { signal$, ignoredSignal$, exitWith }) => {
  const command = withSettings(
    program
      .command('serve')
      .description('open the board, until SIGINT or SIGTERM; SIGHUP rereads the configuration'),
  ).action(async (_: unknown, command: Command) => {
    const { config, warnings } = configure(command);
    const fd = inheritedSocket();
    const log = createLog({
      level: config.logLevel,
      format: config.logFormat,
      paint: painter(process.stderr),
    });
    for (const warning of warnings) log.warn('configWarning', warning);
    exitWith(
      await serve(config, merge(signal$, ignoredSignal$), log, {
        fd,
        reread: async () => (await reconfigure(command)).config,
      }),
    );
  });
  withExamples(command, {
    'impulse serve': 'opens a board for this machine',
    'impulse serve --host 0.0.0.0 --port 2400': 'opens one for everybody, on another port',
    'impulse serve --idle-timeout off --log-format json': 'lets callers sleep; logs for machines',
  });
};
