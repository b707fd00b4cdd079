import type { Rate } from '../../streams/types/limits.js';
import { formatDuration, MAX_DURATION_MS } from './duration.js';
import type { Rule } from './rules.js';

const MS_PER = { s: 1_000, min: 60_000, h: 3_600_000 } as const;
const MAX_COUNT = 1_000_000;

/** The rule for rates. */
export const RATE: Rule<Rate> = {
  allowed: `{ count, perMs, burst } of whole numbers, with count and burst from 1 to ${MAX_COUNT} and perMs from 1 to ${MAX_DURATION_MS}`,
  accepts(value): value is Rate {
    const { count, perMs, burst, ...others } = Object(value);
    const fits = (n: unknown, max: number) => Number.isInteger(n) && Number(n) >= 1 && Number(n) <= max;
    return (
      fits(count, MAX_COUNT) &&
      fits(burst, MAX_COUNT) &&
      fits(perMs, MAX_DURATION_MS) &&
      Object.keys(others).length === 0
    );
  },
};

/**
 * Parses a rate: `50/s`, `10/min`, `5/h`, or `off`. A burst may follow (`10/min:20`); it defaults to the
 * count.
 *
 * @returns The rate, or `null` for `off`. `undefined` for anything else, and for a count or burst of zero or
 *   over a million.
 * @example
 * ```ts
 * import { parseRate } from './rate.js';
 *
 * parseRate('50/s'); // { count: 50, perMs: 1_000, burst: 50 }
 * parseRate('10/min:20'); // { count: 10, perMs: 60_000, burst: 20 }
 * parseRate('off'); // null
 * ```
 */
export function parseRate(text: string): Rate | null | undefined {
  if (text === 'off') return null;
  const match = /^(\d+)\/(s|min|h)(?::(\d+))?$/.exec(text);
  if (!match) return undefined;
  const count = Number(match[1]);
  const perMs = MS_PER[match[2] as keyof typeof MS_PER];
  const burst = Number(match[3] ?? count);
  const rate = { count, perMs, burst };
  return RATE.accepts(rate) ? rate : undefined;
}

/**
 * Formats a rate for {@link parseRate}. Only a program can set a period other than a second, a minute or an
 * hour; it is written as a duration (`3/250ms`).
 *
 * @example
 * ```ts
 * import { formatRate } from './rate.js';
 *
 * formatRate({ count: 10, perMs: 60_000, burst: 20 }); // '10/min:20'
 * ```
 */
export function formatRate(rate: Rate | null): string {
  if (rate === null) return 'off';
  const { count, perMs, burst } = rate;
  const [unit = formatDuration(perMs)] = Object.entries(MS_PER).find(([, ms]) => ms === perMs) ?? [];
  return `${count}/${unit}${burst === count ? '' : `:${burst}`}`;
}
