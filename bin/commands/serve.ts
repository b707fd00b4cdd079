import type { Command } from 'commander';
import { merge } from 'rxjs';
import { logToStderr } from '../../lib/operations/serve/log-to-stderr.js';
import { serve } from '../../lib/operations/serve.js';
import { inheritedSocket } from '../../lib/transports/tcp/inherited.js';
import type { AddCommand } from '../command.js';
import { withExamples } from '../examples.js';
import { configure, reconfigure, withSettings } from '../settings-flags.js';

/** `impulse serve` */
export const serveCommand: AddCommand = (program, { signal$, ignoredSignal$, exitWith, typedAs }) => {
  const command = withSettings(
    program
      .command('serve')
      .description('open the board, until SIGINT or SIGTERM; SIGHUP rereads the configuration'),
  ).action(async (_: unknown, command: Command) => {
    const { config, warnings } = configure(command);
    const fd = inheritedSocket();
    const { log, end } = logToStderr(config);
    for (const warning of warnings) log.warn('configWarning', warning);
    try {
      const reread = () => reconfigure(command);
      exitWith(await serve(config, merge(signal$, ignoredSignal$), log, { fd, program: typedAs, reread }));
    } finally {
      await end();
    }
  });
  withExamples(command, {
    'impulse serve': 'opens a board for this machine',
    'impulse serve --host 0.0.0.0 --port 2400': 'opens one for the world, on another port',
    'impulse serve --idle-timeout off --log-format json': 'never ends idle sessions; logs as JSON',
  });
};
