const MS_PER = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** The longest duration: a year of 365 days. A longer one must be written as `off`. */
export const MAX_DURATION_MS = 8760 * MS_PER.h;

/**
 * Parses a duration: `500ms`, `90s`, `10m`, `2h`, or `off`.
 *
 * @returns Milliseconds, or `null` for `off`. `undefined` for anything else, for zero, and for more than
 *   {@link MAX_DURATION_MS}.
 * @example
 * ```ts
 * import { parseDuration } from './duration.js';
 *
 * parseDuration('10m'); // 600_000
 * parseDuration('off'); // null
 * parseDuration('ten minutes'); // undefined
 * ```
 */
export function parseDuration(text: string): number | null | undefined {
  if (text === 'off') return null;
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * MS_PER[unit as keyof typeof MS_PER];
  return ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/**
 * Formats a duration for {@link parseDuration}, in the largest unit that needs no fraction.
 *
 * @param ms Whole milliseconds; `null` is `off`.
 * @example
 * ```ts
 * import { formatDuration } from './duration.js';
 *
 * formatDuration(600_000); // '10m'
 * formatDuration(90_000); // '90s'
 * ```
 */
export function formatDuration(ms: number | null): string {
  if (ms === null) return 'off';
  const [unit, perUnit] = Object.entries(MS_PER).find(([, perUnit]) => ms % perUnit === 0) ?? ['ms', 1];
  return `${ms / perUnit}${unit}`;
}
