import { type Command, Option } from 'commander';
import {
  ConfigError,
  type ConfigSources,
  type ReadConfig,
  readConfig,
  readConfigInTurns,
} from '../lib/config/config.js';
import { HEADINGS } from '../lib/config/headings.js';
import { type Config, flag, SETTINGS, type Setting, variable } from '../lib/config/settings.js';
import { openFilesProblem, openFilesWarning } from '../lib/operations/open-files-check.js';
import { openFilesLimit } from '../lib/process/open-files.js';

const HOW_TO_SET = `
Durations are 500ms, 90s, 10m, 2h or off; rates are 50/s, 10/min, 5/h, with a
burst as in 10/min:20, or off. Each setting can also be set in the environment,
or in a file .env in the working directory: ${flag(SETTINGS.maxSessions)} is
${variable(SETTINGS.maxSessions)} there. A flag overrides the environment, which
overrides the file.`;

/** Adds a flag for each setting, under the headings of their table. */
export function withSettings(command: Command): Command {
  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    const heading = HEADINGS[key as keyof Config];
    if (heading) command.optionsGroup(`${heading}:`);
    command.addOption(optionOf(setting));
    const { formerly, takes } = setting;
    if (formerly) command.addOption(new Option(`${flag({ name: formerly })} <${takes}>`).hideHelp());
  }
  return command.optionsGroup('Options:').addHelpText('after', HOW_TO_SET);
}

/** Creates the flag of a setting. */
function optionOf(setting: Setting): Option {
  const { description, takes, choices } = setting;
  const which = choices ? `; one of ${choices.join(', ')}` : '';
  const option = new Option(`${flag(setting)} <${takes}>`, `${description}${which} [${setting.default}]`);
  // Not `choices()`, which would validate: the configuration reports invalid values.
  if (choices) option.argChoices = [...choices];
  return option;
}

/** Reads the configuration for a command, and runs the checks that depend on this machine. */
export function configure(command: Command): ReadConfig {
  return checked(readConfig(sourcesOf(command)));
}

/** Does the work of {@link configure} in turns of the event loop, for a board that is running. */
export async function reconfigure(command: Command): Promise<ReadConfig> {
  return checked(await readConfigInTurns(sourcesOf(command)));
}

function sourcesOf(command: Command): ConfigSources {
  const flags = Object.fromEntries(
    command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())]),
  );
  return { flags, env: process.env, cwd: process.cwd() };
}

function checked(read: ReadConfig): ReadConfig {
  const limit = openFilesLimit();
  const problem = openFilesProblem(read.config, limit);
  if (problem) throw new ConfigError([problem]);
  const warning = openFilesWarning(read.config, limit);
  return warning === null ? read : { ...read, warnings: [...read.warnings, warning] };
}
