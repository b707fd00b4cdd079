import type { Limits } from '../../streams/types/limits.js';
import { ConfigError, type ReadConfig } from '../config/config.js';
import { type Config, SETTINGS } from '../config/settings.js';
import type { Log } from '../log.js';
import { messageOf } from '../message-of.js';

/** What comes of reading the configuration again. */
export type Reread = Pick<ReadConfig, 'config' | 'warnings'>;

/**
 * Reads the configuration again and puts it in force: all of it or nothing, as a file that can't be used leaves everything
 * as it is. The log says how it went. Never rejects.
 *
 * @param settings What the board was started with.
 */
export async function reload(
  settings: Config,
  reread: () => Reread | Promise<Reread>,
  apply: (now: Config) => void | Promise<void>,
  log: Log,
): Promise<void> {
  try {
    const { config: now, warnings } = await reread();
    await apply(now);
    for (const warning of warnings) log.warn('configWarning', warning);
    log.info('configReread', 'read the configuration again; it is in force for new callers');
    const stuck = NEEDS_RESTART.filter((key) => !isSame(now[key], settings[key])).map(
      (key) => SETTINGS[key].name,
    );
    if (stuck.length > 0)
      log.warn('configStuck', `${stuck.join(', ')}: as it was until the board is started again`);
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
    for (const problem of problems) log.error('configRefused', `the old configuration stays: ${problem}`);
  }
}

/** What is only looked at when the board is started. */
const NEEDS_RESTART = [
  'host',
  'port',
  'name',
  'banner',
  'passwords',
  'gate',
  'proxyFrom',
  'deadPeerTimeoutMs',
  'shutdownGraceMs',
  'control',
  'metricsPort',
  'metricsHost',
  'logLevel',
  'logFormat',
] as const satisfies readonly (keyof Config)[];

// Entry by entry: to write out two lists of 100,000 networks would hold all callers up.
const isSame = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((entry, index) => entry === other[index])
    : one === other;

/** What of the configuration are limits. */
export function limitsOf(settings: Config): Limits {
  const {
    host,
    port,
    name,
    banner,
    passwords,
    block,
    allow,
    proxyFrom,
    gate,
    control,
    metricsPort,
    metricsHost,
    logLevel,
    logFormat,
    ...limits
  } = settings;
  return limits;
}
