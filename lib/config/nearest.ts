import { closestMatch } from 'leven';

/** The name that was meant by a mistyped one: up to three slips away, and never more than half of a short name. */
export function nearest(mistyped: string, names: readonly string[]): string | undefined {
  // Longer than any name and a few slips: the search takes time by its length.
  if (mistyped.length > MAX_LENGTH) return undefined;
  return closestMatch(mistyped, names, { maxDistance: Math.min(3, Math.floor(mistyped.length / 2)) });
}

const MAX_LENGTH = 60;
