import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { parseDuration } from '../../lib/config/duration.js';
import { SETTINGS, type Setting, variable } from '../../lib/config/settings.js';

export const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

export const deployed = (name: string): string => readFileSync(`${DEPLOY}${name}`, 'utf8');

/** The documents of a YAML file; throws at anything that YAML warns of. */
export function yamlIn(name: string): unknown[] {
  return parseAllDocuments(deployed(name)).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS();
  });
}

/** What is wrong with variables that are set for a board: names that are no settings, and values that aren't allowed. */
export function slips(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name]) => name.startsWith('IMPULSE_'))
    .filter(([name, value]) => {
      const setting = Object.values<Setting>(SETTINGS).find((each) => variable(each) === name);
      return setting?.parse(value) === undefined;
    })
    .map(([name, value]) => `${name}=${value}`);
}

/** How many seconds a duration is, as a board, systemd or Compose writes it. */
export function seconds(text: string | undefined): number {
  const ms = parseDuration(/^\d+$/.test(text ?? '') ? `${text}s` : (text ?? ''));
  if (typeof ms !== 'number') throw new Error(`no duration: ${text}`);
  return ms / 1000;
}

/** How long after its grace a board may take: the last words, and the watchdog. */
export const AFTERWARDS_S = 5;

/** The `NAME=VALUE` words of a text. */
export const assignments = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/\b(IMPULSE_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
