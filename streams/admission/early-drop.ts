import type { EarlyDrop } from '../types/limits.js';

/**
 * Whether to turn a newcomer away, for the number of callers who haven't logged in yet: never below `start`, `rate` percent
 * at it, rising in a straight line to all at `full`. So a flood of callers who never log in can't keep everybody out: some
 * of the others still come through. After `MaxStartups` of OpenSSH (sshd_config).
 *
 * @param random From 0 up to 1, as `Math.random`.
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
