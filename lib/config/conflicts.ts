import { isIP } from 'node:net';
import type { Limits } from '../../streams/types/limits.js';
import { messageOf } from '../text/message-of.js';
import { readCertificate } from './read-certificate.js';
import { contextOf } from './secure-context.js';
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

/** The settings of ports, with those of their addresses. */
const PORTS = [
  ['port', 'host'],
  ['tlsPort', 'host'],
  ['sshPort', 'host'],
  ['webPort', 'host'],
  ['metricsPort', 'metricsHost'],
] as const satisfies readonly (readonly [keyof Config, keyof Config])[];

type PortSettings = Pick<Config, (typeof PORTS)[number][number]>;

/** Returns the first conflict between ports, or `undefined`. */
export function conflictOfPorts(
  config: PortSettings,
  nameOf: (key: keyof Config) => string,
): Conflict<keyof Config> | undefined {
  for (const [index, [key, hostKey]] of PORTS.entries()) {
    const taken = PORTS.slice(0, index).find(
      ([other, otherHostKey]) =>
        config[key] !== 0 &&
        config[key] !== null &&
        config[key] === config[other] &&
        !areApart(config[hostKey], config[otherHostKey]),
    );
    if (taken)
      return { key, allowed: `any other port than ${nameOf(taken[0])}, which is ${config[taken[0]]}` };
  }
  return undefined;
}

const areApart = (host: string, other: string): boolean =>
  host !== other && [host, other].every((each) => isIP(each) !== 0 && !ANY.includes(each));

/** The addresses that stand for all addresses of a machine. */
const ANY = ['0.0.0.0', '::'];

/** Returns what is missing or wrong about the certificate, or `undefined`. Reads its files. */
export function conflictOfTls(
  { tlsPort, tlsCert, tlsKey, webTls }: Pick<Config, 'tlsPort' | 'tlsCert' | 'tlsKey' | 'webTls'>,
  nameOf: (key: keyof Config) => string,
): Conflict<keyof Config> | undefined {
  if (tlsPort !== null && tlsCert === null)
    return { key: 'tlsCert', allowed: `a file in PEM, since ${nameOf('tlsPort')} is ${tlsPort}` };
  if (webTls && tlsCert === null)
    return { key: 'tlsCert', allowed: `a file in PEM, since ${nameOf('webTls')} is on` };
  if (tlsCert !== null && tlsKey === null)
    return { key: 'tlsKey', allowed: `the key of ${nameOf('tlsCert')}, a file in PEM` };
  if (tlsCert === null || tlsKey === null) return undefined;
  try {
    contextOf(readCertificate(tlsCert, tlsKey));
    return undefined;
  } catch (error) {
    return {
      key: 'tlsCert',
      allowed: `a certificate with the key in ${nameOf('tlsKey')}; ${messageOf(error)}`,
    };
  }
}
