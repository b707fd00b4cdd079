import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { parseDuration } from '../../lib/config/duration.js';
import { SETTINGS, type Setting, variable } from '../../lib/config/settings.js';

export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

export const deployed = (name: string): string => readFileSync(`${DEPLOY}${name}`, 'utf8');

/** Parses the documents of a YAML file. Throws at any warning. */
export function yamlIn(name: string): unknown[] {
  return parseAllDocuments(deployed(name)).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS();
  });
}

/** Returns the errors in a board's variables: unknown settings and invalid values. */
export function slips(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name]) => name.startsWith('IMPULSE_'))
    .filter(([name, value]) => {
      const setting = Object.values<Setting>(SETTINGS).find((each) => variable(each) === name);
      return setting?.parse(value) === undefined;
    })
    .map(([name, value]) => `${name}=${value}`);
}

/** Converts a duration of a board, systemd or Compose to seconds. */
export function seconds(text: string | undefined): number {
  const ms = parseDuration(/^\d+$/.test(text ?? '') ? `${text}s` : (text ?? ''));
  if (typeof ms !== 'number') throw new Error(`no duration: ${text}`);
  return ms / 1000;
}

/** How long a board may take after its grace, for farewells and the watchdog. */
export const AFTERWARDS_S = 5;

/** Returns the `NAME=VALUE` words of a text. */
export const assignments = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/\b(IMPULSE_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
