import type { EarlyDrop } from '../types/limits.js';

/**
 * Decides whether to drop a new caller at random, by the number of callers who haven't logged in: none below
 * `start`, `rate` percent at it, rising linearly to all at `full`. So a flood of callers who never log in
 * can't lock others out: some still get through. Modelled on `MaxStartups` of OpenSSH (sshd_config).
 *
 * @param random Returns a number from 0 up to 1, like `Math.random`.
 */
export function earlyDrop(
  unauthenticated: number,
  { start, rate, full }: EarlyDrop,
  random: () => number,
): boolean {
  if (unauthenticated < start) return false;
  if (unauthenticated >= full) return true;
  const percent = rate + ((100 - rate) * (unauthenticated - start)) / (full - start);
  return random() * 100 < percent;
}
