import { isIP } from 'node:net';
import type { Limits } from '../../streams/types/limits.js';
import type { Config } from './settings.js';

/** A value that is allowed by itself and not beside another one. */
export interface Conflict<Key> {
  readonly key: Key;
  /** What is allowed. Settings are called what `nameOf` makes of their keys. */
  readonly allowed: string;
}

/** What of limits can't be together; `undefined` if all is well. */
export function conflictOfLimits(
  { reserve, maxSessions }: Pick<Limits, 'reserve' | 'maxSessions'>,
  nameOf: (key: keyof Limits) => string,
): Conflict<'reserve'> | undefined {
  if (reserve <= maxSessions) return undefined;
  return {
    key: 'reserve',
    allowed: `a whole number up to ${nameOf('maxSessions')}, which is ${maxSessions}`,
  };
}

/** What of a whole configuration can't be together, its limits aside; `undefined` if all is well. */
export function conflictOfPorts(
  { host, port, metricsHost, metricsPort }: Pick<Config, 'host' | 'port' | 'metricsHost' | 'metricsPort'>,
  nameOf: (key: keyof Config) => string,
): Conflict<'metricsPort'> | undefined {
  if (metricsPort === null || metricsPort === 0 || metricsPort !== port) return undefined;
  const hosts = [host, metricsHost];
  const areApart = host !== metricsHost && hosts.every((each) => isIP(each) !== 0 && !ANY.includes(each));
  return areApart
    ? undefined
    : { key: 'metricsPort', allowed: `any other port than ${nameOf('port')}, which is ${port}` };
}

/** The addresses that stand for all of a machine's. */
const ANY = ['0.0.0.0', '::'];
