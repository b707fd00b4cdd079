import { HEADINGS } from '../../lib/config/headings.js';
import { type Config, flag, SETTINGS, type Setting, variable } from '../../lib/config/settings.js';
import { CLOSING, ENVIRONMENT, FILES_TO_EXIT_STATUS } from './manual-texts.js';
import type { CommandOutline, FlagOutline, Outline } from './outline.js';
import { entry, escaped, filled } from './roff.js';

/** The date of the last revision. The build date would make every build different. */
const DATE = '2026-11-24';

const settings = Object.entries<Setting>(SETTINGS);

/**
 * Generates the manual page in roff, with the macros of man(7): the commands, and every setting of a board.
 */
export function manual({ name, version, description, flags, commands }: Outline): string {
  const examples = commands.flatMap((command) => command.examples);
  const lines = [
    `.\\" Made by "${name} man".`,
    `.TH ${name.toUpperCase()} 1 ${DATE} "${name} ${version}" "User Commands"`,
    '.SH NAME',
    `${name} \\- ${escaped(description.replace(/^./, (letter) => letter.toLowerCase()).replace(/\.$/, ''))}`,
    '.SH SYNOPSIS',
    ...commands.flatMap((command, index) => [...(index > 0 ? ['.br'] : []), synopsis(name, command)]),
    '.SH DESCRIPTION',
    ...filled(
      `${name} serve runs a telnet board: it admits callers up to its limits, logs them in, ends idle sessions, and shuts down with a grace. Without a command, ${name} prints its help.`,
    ),
    ...flags.flatMap(({ names, description }) => entry(names.join(', '), sentence(description))),
    '.SH COMMANDS',
    ...commands.flatMap(commandEntry),
    '.SH OPTIONS',
    ...filled(
      'These are the flags of serve and check-config. The help of the other commands lists those that they accept.',
    ),
    ...settings.flatMap(([key, setting]) => [
      ...heading(HEADINGS[key as keyof Config]),
      ...entry(
        `${flag(setting)} ${setting.takes}`,
        `${setting.description}. Allowed is ${setting.allowed}; the default is ${setting.default}. In the environment: ${variable(setting)}.`,
      ),
    ]),
    ...ENVIRONMENT,
    ...FILES_TO_EXIT_STATUS,
    '.SH EXAMPLES',
    ...examples.flatMap(({ line, does }) => entry(line, sentence(does))),
    ...CLOSING,
  ];
  return `${lines.join('\n')}\n`;
}

const synopsis = (program: string, { name, flags, words }: CommandOutline): string => {
  const options = flags.some(isSetting) ? ['[options]'] : [];
  return [`\\fB${program} ${escaped(name)}\\fR`, ...options, ...words.map(({ term }) => escaped(term))].join(
    ' ',
  );
};

const isSetting = ({ names }: FlagOutline) => settings.some(([, setting]) => names.includes(flag(setting)));

function commandEntry({ name, description, words, flags }: CommandOutline): string[] {
  const terms = words.map(({ term }) => term);
  // Settings have their own section, and every command has --help.
  const own = flags.filter((each) => !isSetting(each) && !each.names.includes('--help'));
  const wordLines = words.map(({ term, description, value }) => {
    const choices = value.choices.length > 0 ? `one of ${value.choices.join(', ')}` : description;
    return `${term.slice(1, -1)}: ${choices}`;
  });
  const flagLines = own.map(({ names, description }) => `${names.join(', ')}: ${description}`);
  return [
    ...entry([name, ...terms].join(' '), sentence(description)),
    ...[...wordLines, ...flagLines].flatMap((line) => ['.br', ...filled(line)]),
  ];
}

const heading = (text: string | undefined): string[] => (text ? [`.SS ${escaped(text)}`] : []);

const sentence = (text: string) => `${text.replace(/^./, (letter) => letter.toUpperCase())}.`;
