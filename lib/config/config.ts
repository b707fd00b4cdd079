import { resolve } from 'node:path';
import { accountSteps, MAX_FILE_BYTES } from '../accounts/account-file.js';
import { runSteps, runStepsInTurns, type Steps } from '../process/run-steps.js';
import { type Column, table } from '../text/table.js';
import { conflictOfLimits, conflictOfPorts, conflictOfTls } from './conflicts.js';
import { networkOf } from './networks.js';
import { type EnvFile, readEnvFile } from './read-env-file.js';
import { readBytes, reasonOf } from './read-text.js';
import { type Config, flag, SETTINGS, type Setting, variable } from './settings.js';
import { unknownName } from './unknown-names.js';

/** The sources of settings, in order of precedence. A setting that is in none of them has its default. */
export interface ConfigSources {
  /** The flags of the command line, by setting: `{ 'max-sessions': '50' }`. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** The environment. An empty variable counts as not set. */
  readonly env: NodeJS.ProcessEnv;
  /** The directory of `.env`. Relative file names in settings start from it too. */
  readonly cwd: string;
}

/** A setting, its value as written, and its source. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** `--port`, `IMPULSE_PORT`, `.env (IMPULSE_PORT)` or `default`. */
  readonly source: string;
}

/** The result of reading all sources. */
export interface ReadConfig {
  readonly config: Config;
  /** One row for each setting, in the order of the table. */
  readonly sources: readonly SettingRow[];
  /** One line for each name that looks like a setting and isn't one. */
  readonly warnings: readonly string[];
  /** The path of the `.env`, and whether it exists. */
  readonly envFile: Pick<EnvFile, 'path' | 'found'>;
}

/** Thrown when the configuration can't be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems All problems, one line each. */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads the value of every setting: flags first, then the environment, then `.env`, then the defaults. Reads
 * `.env` and the files named by settings. Changes nothing, `process.env` included.
 *
 * @throws {@link ConfigError} with one line for each value that isn't allowed, and for a `.env` that exists
 *   but can't be read.
 * @example
 * ```ts
 * import { readConfig } from './config.js';
 *
 * const { config } = readConfig({ flags: { port: '2400' }, env: process.env, cwd: process.cwd() });
 * config.port; // 2400
 * config.idleTimeoutMs; // 600_000
 * ```
 */
export function readConfig(sources: ConfigSources): ReadConfig {
  return runSteps(reading(sources));
}

/**
 * Does the work of {@link readConfig} in turns of the event loop, so that a long list of networks blocks no
 * caller.
 */
export function readConfigInTurns(sources: ConfigSources): Promise<ReadConfig> {
  return runStepsInTurns(reading(sources));
}

function* reading({ flags, env, cwd }: ConfigSources): Steps<ReadConfig> {
  const problems: string[] = [];
  const complain = (problem: string): undefined => void problems.push(oneLine(problem));

  const file = readEnvFile(resolve(cwd, '.env'));
  for (const problem of file.problems) complain(problem);
  const sources: SettingRow[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    const row = find(setting, flags, env, file.values);
    sources.push(row);
    values[key] = yield* read(setting, row, cwd, complain);
  }
  // Conflicts are looked for only when each value is allowed by itself.
  if (problems.length === 0) {
    const config = values as Config;
    const nameOf = (key: keyof Config) => SETTINGS[key].name;
    for (const conflict of [
      conflictOfLimits(config, nameOf),
      conflictOfPorts(config, nameOf),
      conflictOfTls(config, nameOf),
    ]) {
      if (!conflict) continue;
      const row = sources.find(({ name }) => name === nameOf(conflict.key));
      if (row)
        complain(`${row.name} ${quote(row.value)} (from ${row.source}): allowed is ${conflict.allowed}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const { path, found } = file;
  const former = Object.values<Setting>(SETTINGS).flatMap((setting) =>
    formerNames(setting, flags, env, file.values),
  );
  const warnings = [...former, ...unreadVariables(env), ...file.warnings].map(oneLine);
  return { config: values as Config, sources, warnings, envFile: { path, found } };
}

/** Finds the text of one setting. Doesn't check it. */
export function findSetting(setting: Setting, { flags, env, cwd }: ConfigSources): SettingRow {
  return find(setting, flags, env, readEnvFile(resolve(cwd, '.env')).values);
}

const COLUMNS: readonly Column<SettingRow>[] = [
  { title: 'name', of: ({ name }) => name },
  { title: 'value', of: ({ value }) => oneLine(value) },
  { title: 'source', of: ({ source }) => source },
];

/** Formats the rows as aligned columns under a header, one line each, without a final newline. */
export const formatTable = (rows: readonly SettingRow[]): string => table(COLUMNS, rows).join('\n');

/** Where settings come from, the first that counts first. */
type Sources = [flags: ConfigSources['flags'], env: NodeJS.ProcessEnv, file: EnvFile['values']];

function find(setting: Setting, ...from: Sources): SettingRow {
  const { name } = setting;
  const [found] = given(setting, ...from);
  return found
    ? { name, value: found.value, source: found.source }
    : { name, value: setting.default, source: 'default' };
}

/** A text that was given for a setting. */
interface Given {
  /** The setting's name, present or former, by which it was given. */
  readonly by: string;
  readonly value: string;
  readonly source: string;
  /** What the source calls the setting now. */
  readonly now: string;
}

/** Finds all texts that were given for a setting, the one that counts first. */
function given(setting: Setting, ...[flags, env, file]: Sources): Given[] {
  const { name, formerly } = setting;
  const names = (formerly === undefined ? [name] : [name, formerly]).map((by) => ({
    by,
    key: variable({ name: by }),
  }));
  const now = variable(setting);
  return [
    ...names.map(({ by }) => ({ by, value: flags[by], source: flag({ name: by }), now: flag(setting) })),
    // An empty variable counts as not set.
    ...names.map(({ by, key }) => ({ by, value: env[key] || undefined, source: key, now })),
    ...names.map(({ by, key }) => ({ by, value: file[key] || undefined, source: `.env (${key})`, now })),
  ].filter((text): text is Given => text.value !== undefined);
}

/** Returns one warning for each use of a setting's former name. */
const formerNames = (setting: Setting, ...from: Sources): string[] =>
  given(setting, ...from)
    .filter(({ by }) => by === setting.formerly)
    .map(({ source, now }) => `${source} is called ${now} now; the old name works until the next release`);

function* read(
  setting: Setting,
  { name, value, source }: SettingRow,
  cwd: string,
  complain: (problem: string) => undefined,
): Steps<unknown> {
  const problem = `${name} ${quote(value)} (from ${source}): allowed is ${setting.allowed}`;
  const parsed = setting.parse(value);
  if (parsed === undefined) return complain(problem);
  const open = (name: string, mostBytes: number): string | undefined => {
    const path = resolve(cwd, name);
    try {
      return readBytes(path, mostBytes).toString();
    } catch (error) {
      return complain(`${problem}; ${path}: ${reasonOf(error)}`);
    }
  };
  if (setting === SETTINGS.banner && typeof parsed === 'string') return open(parsed, MAX_BANNER_BYTES);
  if (setting.parse === SETTINGS.tlsCert.parse && typeof parsed === 'string')
    return open(parsed, MAX_PEM_BYTES) === undefined ? undefined : resolve(cwd, parsed);
  if (setting === SETTINGS.passwords && typeof parsed === 'string') {
    const { problems } = yield* accountSteps(open(parsed, MAX_FILE_BYTES) ?? '');
    for (const slip of problems) complain(`${problem}; ${parsed} ${slip}`);
    return resolve(cwd, parsed);
  }
  if (setting.parse !== SETTINGS.block.parse) return parsed;
  const networks: string[] = [];
  for (const entry of parsed as readonly string[]) {
    if (networkOf(entry)) networks.push(entry);
    else yield* networksIn(open(entry, MAX_LIST_BYTES) ?? '', entry, problem, complain, networks);
  }
  return networks;
}

const MAX_BANNER_BYTES = 64 * 1024;
const MAX_PEM_BYTES = 1024 * 1024;
const MAX_LIST_BYTES = 4 * 1024 * 1024;

/** Adds the networks of a file to a list. The file has one network a line, and comments after `#`. */
function* networksIn(
  text: string,
  name: string,
  problem: string,
  complain: (problem: string) => undefined,
  networks: string[],
): Steps<void> {
  let hasSlip = false;
  let number = 1;
  // Line by line: splitting a long list takes too long for one step.
  for (let start = 0; start < text.length; number += 1) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = withoutComment(text.slice(start, end)).trim();
    start = end + 1;
    if (line !== '') networks.push(line);
    if (line !== '' && !hasSlip && !networkOf(line)) {
      hasSlip = true;
      complain(`${problem}; ${name} line ${number}: ${quote(line)} is not a network`);
    }
    yield;
  }
}

function withoutComment(line: string): string {
  const comment = line.indexOf('#');
  return comment === -1 ? line : line.slice(0, comment);
}

/** Returns one warning for each environment variable that looks like a setting and isn't one. */
function unreadVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).flatMap((name) => {
    const wrong = unknownName(name, false);
    return wrong === undefined ? [] : [`${cut(name)} (from the environment) ${wrong}`];
  });
}

const LONGEST_QUOTE = 60;

const cut = (text: string) => (text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);

const quote = (text: string) => JSON.stringify(cut(text));

/** Escapes line breaks, control characters and characters that change the direction of text. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
