import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { filter, type Observable } from 'rxjs';
import { PasswdError } from '../lib/accounts/passwd.js';
import { ConfigError } from '../lib/config/config.js';
import { programName } from '../lib/process/program-name.js';
import { isIgnored } from '../lib/process/signals.js';
import { painter } from '../lib/text/colour.js';
import type { AddCommand, Invocation } from './command.js';
import { broadcastCommand } from './commands/broadcast.js';
import { callCommand } from './commands/call.js';
import { checkConfigCommand } from './commands/check-config.js';
import { completionCommand } from './commands/completion.js';
import { drainCommand } from './commands/drain.js';
import { helpCommand } from './commands/help.js';
import { initCommand } from './commands/init.js';
import { kickCommand } from './commands/kick.js';
import { manCommand } from './commands/man.js';
import { passwdCommand } from './commands/passwd.js';
import { serveCommand } from './commands/serve.js';
import { statsCommand } from './commands/stats.js';
import { topCommand } from './commands/top.js';
import { whoCommand } from './commands/who.js';
import { complain } from './complain.js';
import { BAD_CONFIGURATION, FAILURE, OK, USAGE } from './exit-codes.js';
import { oneLine } from './one-line.js';

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  serveCommand,
  initCommand,
  checkConfigCommand,
  passwdCommand,
  callCommand,
  whoCommand,
  kickCommand,
  broadcastCommand,
  drainCommand,
  statsCommand,
  topCommand,
  completionCommand,
  manCommand,
  helpCommand,
];

/** Runs a command line and resolves with the exit code. */
export async function run(args: string[], signal$: Observable<NodeJS.Signals>): Promise<number> {
  let code: number = OK;
  const program = createProgram({
    typedAs: programName(process.argv[1] ?? '', process.env),
    signal$: signal$.pipe(filter((signal) => !isIgnored(signal))),
    ignoredSignal$: signal$.pipe(filter(isIgnored)),
    exitWith: (with_) => {
      code = with_;
    },
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** Creates the command line. Its commands use this invocation. */
function createProgram(invocation: Invocation): Command {
  const { typedAs } = invocation;
  const program = new Command('impulse')
    .description('A board that people reach with a terminal.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({
      optionDescription: ({ description }) => description,
      styleTitle: (title) => painter(process.stdout)('bold', title),
    })
    .configureOutput({ outputError: (text) => complain(`${oneLine(text)}; see ${typedAs} --help`) })
    .addHelpText(
      'after',
      `\n${typedAs} help serve, or ${typedAs} serve --help, prints the help of a command.`,
    )
    .exitOverride();
  for (const add of COMMANDS) add(program, invocation);
  return program;
}

function explain(error: unknown): number {
  // Commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
  const problems =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  for (const problem of problems) complain(problem);
  if (error instanceof PasswdError)
    return { usage: USAGE, file: BAD_CONFIGURATION, system: FAILURE }[error.fault];
  return error instanceof ConfigError ? BAD_CONFIGURATION : FAILURE;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return version;
}
