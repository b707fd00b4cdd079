import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { Observable } from 'rxjs';
import { askPassword, PasswdError, setPassword } from '../lib/accounts/passwd.js';
import { ADDRESS_ALLOWED, type Address, addressOf } from '../lib/address.js';
import { callOut } from '../lib/call-out.js';
import { ConfigError, findSetting, formatTable, type ReadConfig, readConfig } from '../lib/config.js';
import { handleOf } from '../lib/handle.js';
import { createLog } from '../lib/log.js';
import { openFilesLimit, openFilesProblem } from '../lib/open-files.js';
import { serve } from '../lib/serve.js';
import { flag, SETTINGS, variable } from '../lib/settings.js';

/** Exit codes, as in `sysexits.h` where it has one. */
const [OK, FAILURE, USAGE, BAD_CONFIGURATION, ABORTED] = [0, 1, 2, 78, 130];

const HOW_TO_SET = `
Durations are 500ms, 90s, 10m, 2h or off; rates are 50/s, 10/min, 5/h, with a burst as in 10/min:20, or off.
Each setting can also stand in the environment, or in a file .env in the working directory: ${flag(SETTINGS.maxSessions)} is
${variable(SETTINGS.maxSessions)} there. A flag wins over the environment, and that over the file.`;

/** Runs the command line and resolves with the exit code. */
export async function run(args: string[], signal$: Observable<NodeJS.Signals>): Promise<number> {
  let code = OK;
  const program = new Command('impulse')
    .description('A board that people reach with a terminal.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      outputError: (text, write) => write(`impulse: ${oneLine(text)}; see impulse --help\n`),
    })
    .exitOverride();

  withSettings(
    program
      .command('serve')
      .description('open the board, until SIGINT or SIGTERM; SIGHUP rereads the configuration'),
  ).action(async (_: unknown, command: Command) => {
    const { config, warnings } = configure(command);
    const log = createLog({ level: config.logLevel, format: config.logFormat });
    for (const warning of warnings) log.warn('configWarning', warning);
    code = await serve(config, signal$, log, { reread: () => configure(command).config });
  });

  withSettings(
    program.command('check-config').description('print every setting and where its value comes from'),
  )
    .option('--json', 'print it as JSON')
    .action((_: unknown, command: Command) => {
      const { sources, warnings } = configure(command);
      for (const warning of warnings) process.stderr.write(`impulse: ${warning}\n`);
      const text = command.opts().json ? JSON.stringify(sources, null, 2) : formatTable(sources);
      process.stdout.write(`${text}\n`);
    });

  program
    .command('passwd')
    .description('make an account, or change its password, in the file that --passwords names')
    .argument('<handle>', 'whose account; 2 to 20 letters, digits, spaces, or . - _')
    .option(`${flag(SETTINGS.passwords)} <file>`, SETTINGS.passwords.description)
    .addHelpText('after', PASSWD_HELP)
    .action(async (typed: string, flags: { passwords?: string }) => {
      const { value: file } = findSetting(SETTINGS.passwords, {
        flags,
        env: process.env,
        cwd: process.cwd(),
      });
      const handle = handleOf(typed);
      if (file === 'off')
        program.error(
          `passwd needs a file: ${flag(SETTINGS.passwords)} FILE, or ${variable(SETTINGS.passwords)}`,
        );
      else if (!handle)
        program.error(`'${typed}' is no handle: use 2 to 20 letters, digits, spaces, or . - _`);
      else code = await passwd(file, handle, signal$);
    });

  program
    .command('call')
    .description('call a board, and talk to it; a telnet client for machines that have none')
    .argument('[host[:port]]', 'whom to call [127.0.0.1:2323]; the port is 23 if only a host is given')
    .action(async (where: string | undefined) => {
      const address = addressOf(where);
      if (!address) program.error(`'${where}' is nowhere to call: use ${ADDRESS_ALLOWED}`);
      else code = await call(address, signal$);
    });

  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

function call(address: Address, signal$: Observable<NodeJS.Signals>): Promise<number> {
  const { stdin: input, stdout: output, stderr } = process;
  const tell = (text: string) => void stderr.write(text);
  return callOut({ ...address, input, output, tell, signal$, type: process.env.TERM ?? 'unknown' });
}

const PASSWD_HELP = `
Asks for the password twice at a terminal; else its first line of input is the password.`;

async function passwd(file: string, handle: string, signal$: Observable<NodeJS.Signals>): Promise<number> {
  const stopped = new AbortController();
  const stop = signal$.subscribe(() => stopped.abort());
  try {
    const password = await askPassword(process.stdin, (text) => process.stderr.write(text), stopped.signal);
    if (password === null) return ABORTED;
    const done = await setPassword(file, handle, password);
    const what = done === 'added' ? 'added to' : 'password changed in';
    process.stdout.write(`${handle}: ${what} ${oneLine(file)}\n`);
    return OK;
  } finally {
    stop.unsubscribe();
  }
}

function withSettings(command: Command): Command {
  for (const setting of Object.values(SETTINGS)) {
    command.option(`${flag(setting)} <value>`, `${setting.description} [${setting.default}]`);
  }
  return command.addHelpText('after', HOW_TO_SET);
}

/** Commander's message without its prefix, its suggestion behind it. */
const oneLine = (text: string) =>
  text
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');

/** Reads the configuration, and checks what can only be checked on this machine. */
function configure(command: Command): ReadConfig {
  const flags = Object.fromEntries(
    command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())]),
  );
  const read = readConfig({ flags, env: process.env, cwd: process.cwd() });
  const problem = openFilesProblem(read.config, openFilesLimit());
  if (problem) throw new ConfigError([problem]);
  return read;
}

function explain(error: unknown): number {
  // Commander has printed its own message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
  const problems =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  for (const problem of problems) process.stderr.write(`impulse: ${problem}\n`);
  if (error instanceof PasswdError)
    return { usage: USAGE, file: BAD_CONFIGURATION, system: FAILURE }[error.fault];
  return error instanceof ConfigError ? BAD_CONFIGURATION : FAILURE;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return version;
}
