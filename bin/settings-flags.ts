import type { Command } from 'commander';
import { ConfigError, type ReadConfig, readConfig } from '../lib/config/config.js';
import { flag, SETTINGS, variable } from '../lib/config/settings.js';
import { openFilesLimit, openFilesProblem } from '../lib/process/open-files.js';

const HOW_TO_SET = `
Durations are 500ms, 90s, 10m, 2h or off; rates are 50/s, 10/min, 5/h, with a burst as in 10/min:20, or off.
Each setting can also stand in the environment, or in a file .env in the working directory: ${flag(SETTINGS.maxSessions)} is
${variable(SETTINGS.maxSessions)} there. A flag wins over the environment, and that over the file.`;

/** Gives a command a flag for each setting. */
export function withSettings(command: Command): Command {
  for (const setting of Object.values(SETTINGS)) {
    command.option(`${flag(setting)} <value>`, `${setting.description} [${setting.default}]`);
  }
  return command.addHelpText('after', HOW_TO_SET);
}

/** Reads the configuration of a command that has them, and checks what can only be checked on this machine. */
export function configure(command: Command): ReadConfig {
  const flags = Object.fromEntries(
    command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())]),
  );
  const read = readConfig({ flags, env: process.env, cwd: process.cwd() });
  const problem = openFilesProblem(read.config, openFilesLimit());
  if (problem) throw new ConfigError([problem]);
  return read;
}
