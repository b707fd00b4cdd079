import { isIP } from 'node:net';
import type { Limits } from '../../streams/types/limits.js';
import type { Config } from './settings.js';

/** A value that contradicts another one, though each is allowed by itself. */
export interface Conflict<Key> {
  readonly key: Key;
  /** The allowed values. `nameOf` turns a key into the name of its setting. */
  readonly allowed: string;
}

/** Returns the first conflict between limits, or `undefined`. */
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

/** Returns the first conflict between the other settings, or `undefined`. */
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

/** The addresses that stand for all addresses of a machine. */
const ANY = ['0.0.0.0', '::'];
