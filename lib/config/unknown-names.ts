import { closestMatch } from 'leven';
import { nearest } from './nearest.js';
import { SETTINGS, variable } from './settings.js';

const PREFIX = 'IMPULSE_';
const VARIABLES = Object.values(SETTINGS).map((setting) => variable(setting));
const WITHOUT_PREFIX = VARIABLES.map((name) => name.slice(PREFIX.length));

/** Whether a setting has this variable. */
export const isVariable = (name: string): boolean => VARIABLES.includes(name);

/**
 * Whether a name looks like one of ours and isn't, and so was lost.
 *
 * @param inFile Whether it stands in our own file, where a name without the prefix was meant for us; the environment is
 *   everybody's.
 * @returns What is wrong with it, in words that follow the name; `undefined` if it is right, or somebody else's.
 */
export function unknownName(name: string, inFile: boolean): string | undefined {
  if (isVariable(name)) return undefined;
  const upper = name.toUpperCase().replace(/[-.]/g, '_');
  if (upper.startsWith(PREFIX)) {
    const rest = nearest(upper.slice(PREFIX.length), WITHOUT_PREFIX);
    return `is not a setting${rest === undefined ? '' : `; did you mean ${PREFIX}${rest}?`}`;
  }
  // Two slips in the whole of a name, the prefix included; more, and it may be another program's.
  const near = upper.length > MAX_LENGTH ? undefined : closestMatch(upper, VARIABLES, { maxDistance: 2 });
  const meant = near ?? (inFile && WITHOUT_PREFIX.includes(upper) ? `${PREFIX}${upper}` : undefined);
  return meant === undefined ? undefined : `is not a setting; did you mean ${meant}?`;
}

const MAX_LENGTH = 60;
