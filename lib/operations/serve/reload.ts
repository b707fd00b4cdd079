import type { Limits } from '../../../streams/types/limits.js';
import { LIMITS } from '../../config/check-options.js';
import { ConfigError, type ReadConfig } from '../../config/config.js';
import { type Config, SETTINGS } from '../../config/settings.js';
import { messageOf } from '../../text/message-of.js';
import type { Log } from '../log.js';

/** The result of reading the configuration again. */
export type Reread = Pick<ReadConfig, 'config' | 'warnings'>;

/**
 * Reads the configuration again and applies it. If any of it can't be used, nothing is changed. Logs the
 * outcome. Never rejects.
 *
 * @param settings The settings that the board was started with.
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
    log.info('configReread', 'configuration reread; it applies to new callers');
    const stuck = NEEDS_RESTART.filter((key) => !isSame(now[key], settings[key])).map(
      (key) => SETTINGS[key].name,
    );
    if (stuck.length > 0)
      log.warn('configStuck', `${stuck.join(', ')}: unchanged until the board is restarted`);
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
    for (const problem of problems)
      log.error('configRefused', `the configuration was not reread: ${problem}`);
  }
}

/** Settings that take effect when they are reread. The others need a restart. */
const CHANGEABLE: ReadonlySet<string> = new Set([
  ...Object.keys(LIMITS).filter((limit) => limit !== 'deadPeerTimeoutMs' && limit !== 'shutdownGraceMs'),
  'block',
  'allow',
]);
const NEEDS_RESTART = (Object.keys(SETTINGS) as (keyof Config)[]).filter((key) => !CHANGEABLE.has(key));

// Compares entry by entry: serializing two lists of 100,000 networks would block all callers.
const isSame = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other)
    ? one.length === other.length && one.every((entry, index) => entry === other[index])
    : one === other;

/** Returns the limits in a configuration. */
export const limitsOf = (settings: Config): Limits =>
  Object.fromEntries(
    (Object.keys(LIMITS) as (keyof Limits)[]).map((limit) => [limit, settings[limit]]),
  ) as unknown as Limits;
