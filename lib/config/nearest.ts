import { closestMatch } from 'leven';

/**
 * Finds the name that a mistyped one was meant to be. Allows three typing errors, and at most half the
 * letters of a short name.
 */
export function nearest(mistyped: string, names: readonly string[]): string | undefined {
  // The search takes time in proportion to the length.
  if (mistyped.length > MAX_LENGTH) return undefined;
  return closestMatch(mistyped, names, { maxDistance: Math.min(3, Math.floor(mistyped.length / 2)) });
}

const MAX_LENGTH = 60;
