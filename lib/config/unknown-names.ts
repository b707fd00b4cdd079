import { closestMatch } from 'leven';
import { nearest } from './nearest.js';
import { SETTINGS, type Setting, variable } from './settings.js';

const PREFIX = 'IMPULSE_';
const VARIABLES = Object.values(SETTINGS).map((setting) => variable(setting));
const WITHOUT_PREFIX = VARIABLES.map((name) => name.slice(PREFIX.length));

const FORMER = Object.values<Setting>(SETTINGS).flatMap(({ formerly }) =>
  formerly === undefined ? [] : [variable({ name: formerly })],
);

/** Returns whether a setting has this variable, or had it before it was renamed. */
export const isVariable = (name: string): boolean => VARIABLES.includes(name) || FORMER.includes(name);

/**
 * Finds out whether a name was meant to be one of our settings.
 *
 * @param inFile Whether the name is in our own file. There a name without the prefix was meant for us; in the
 *   environment it may belong to any program.
 * @returns What is wrong with the name, in words that follow it. `undefined` if it is right, or not ours.
 */
export function unknownName(name: string, inFile: boolean): string | undefined {
  if (isVariable(name)) return undefined;
  const upper = name.toUpperCase().replace(/[-.]/g, '_');
  if (upper.startsWith(PREFIX)) {
    const rest = nearest(upper.slice(PREFIX.length), WITHOUT_PREFIX);
    return `is not a setting${rest === undefined ? '' : `; did you mean ${PREFIX}${rest}?`}`;
  }
  // Allows two typing errors in the whole name, prefix included. With more it may be another program's.
  const near = upper.length > MAX_LENGTH ? undefined : closestMatch(upper, VARIABLES, { maxDistance: 2 });
  const meant = near ?? (inFile && WITHOUT_PREFIX.includes(upper) ? `${PREFIX}${upper}` : undefined);
  return meant === undefined ? undefined : `is not a setting; did you mean ${meant}?`;
}

const MAX_LENGTH = 60;
