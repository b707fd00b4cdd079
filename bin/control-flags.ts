import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, findSetting } from '../lib/config/config.js';
import { flag, SETTINGS, variable } from '../lib/config/settings.js';
import { distrust } from '../lib/operations/control/distrust.js';
import { socketPath } from '../lib/operations/control/socket-path.js';

const HOW_TO_FIND = `
The board is found by its control socket: ${flag(SETTINGS.control)} or ${variable(SETTINGS.control)}, or else
the one of its port, ${flag(SETTINGS.port)} or ${variable(SETTINGS.port)}. Both may be set in a file .env in
the working directory, if that and the socket are yours or root's.`;

/** Adds the flags that select the board. */
export function withControl(command: Command): Command {
  const { control, port } = SETTINGS;
  return command
    .option(`${flag(control)} <${control.takes}>`, 'control socket of the board')
    .option(`${flag(port)} <${port.takes}>`, `port of the board [${port.default}]`)
    .addHelpText('after', HOW_TO_FIND);
}

/**
 * Returns the socket of the board that these flags select.
 *
 * @throws {@link ConfigError} if a value isn't allowed.
 */
export function socketOf(command: Command): string {
  const sources = { flags: command.opts(), env: process.env, cwd: process.cwd() };
  let isFromFile = false;
  const [control, port] = ([SETTINGS.control, SETTINGS.port] as const).map((setting) => {
    const { name, value, source } = findSetting(setting, sources);
    isFromFile ||= source.startsWith('.env');
    const parsed = setting.parse(value);
    if (parsed === undefined)
      throw new ConfigError([
        `${name} ${JSON.stringify(value)} (from ${source}): allowed is ${setting.allowed}`,
      ]);
    return parsed;
  });
  if (typeof control !== 'string') throw new Error('control is off: name a socket with --control SOCKET');
  const socket = socketPath(control, Number(port));
  const problem = isFromFile ? distrust(resolve('.env'), socket) : null;
  if (problem)
    throw new ConfigError([
      `${problem}; name the board with ${flag(SETTINGS.port)} or ${flag(SETTINGS.control)}`,
    ]);
  return socket;
}
