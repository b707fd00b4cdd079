/**
 * Simulates days of a board in virtual time, each drawn from a seed, and checks every invariant at every
 * moment. Prints each violation: the seed, the fewest callers that cause it, and the last events as a
 * diagram.
 *
 *     npm run simulate -- [--seeds 100] [--first 1] [--hours 24] [--until-wrong]
 */
import { parseArgs } from 'node:util';
import { config } from 'rxjs';
import { diagram, shrink, simulate } from '../lib/testing/index.js';
import { optionsOrUsage } from './usage.js';

const USAGE = `Usage: npm run simulate -- [--seeds 100] [--first 1] [--hours 24] [--until-wrong]

  --seeds N   how many days are simulated, each of a seed of its own
  --first N   the first seed; the same seed is the same day
  --hours N   how long such a day is
  --until-wrong   stop at the first seed where something is

Exit codes: 0 nothing was wrong, 1 something was, 2 wrong usage.
`;

function options() {
  const texts = { seeds: '100', first: '1', hours: '24' };
  const known = { seeds: { type: 'string' }, first: { type: 'string' }, hours: { type: 'string' } } as const;
  const { values } = parseArgs({
    options: { ...known, help: { type: 'boolean' }, 'until-wrong': { type: 'boolean' } },
  });
  if (values.help) return null;
  const number = (name: keyof typeof texts) => {
    const text = values[name] ?? texts[name];
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} ${text}: a whole number from 1 on`);
    return Number(text);
  };
  return {
    seeds: number('seeds'),
    first: number('first'),
    hours: number('hours'),
    untilWrong: values['until-wrong'] === true,
  };
}

const { seeds, first, hours, untilWrong } = optionsOrUsage(USAGE, options);

// No error may be unhandled.
let unheard = 0;
config.onUnhandledError = (error) => {
  unheard += 1;
  console.log('unhandled error:', error);
};

const startedAt = performance.now();
const sum = { callers: 0, faults: 0, events: 0, callerMs: 0 };
let wrong = 0;
let toldAt = startedAt;
for (let seed = first; seed < first + seeds; seed += 1) {
  const run = simulate({ seed, hours });
  // Promises of a board keep it in memory until they have their turn.
  await new Promise((resolve) => setImmediate(resolve));
  sum.callers += run.callers.length;
  sum.faults += run.faults;
  sum.events += run.events.length;
  for (const { event } of run.events) if (event.type === 'sessionClosed') sum.callerMs += event.durationMs;
  if (run.violation !== null) {
    wrong += 1;
    const small = shrink({ seed, hours }, run);
    console.log(
      `seed ${seed}: ${run.violation}\n` +
        `with ${small.callers.length} of its ${run.callers.length} callers (${small.callers.join(', ')}): ${small.violation}\n` +
        diagram(small),
    );
    if (untilWrong) break;
  }
  if (performance.now() - toldAt > 2000) {
    toldAt = performance.now();
    process.stderr.write(`${seed - first + 1} of ${seeds} seeds, ${sum.callers} callers, ${wrong} wrong\n`);
  }
}
await new Promise((resolve) => setTimeout(resolve, 10));

const seconds = (performance.now() - startedAt) / 1000;
const hoursOf = (ms: number) => ms / 3_600_000;
console.log(
  `${seeds} seeds of ${hours} hours: ${sum.callers} callers, ${sum.faults} faults, ${sum.events} events; ` +
    `${wrong === 0 ? 'nothing was wrong' : `${wrong} wrong`}\n` +
    `${seconds.toFixed(1)} s: ${Math.round((seeds * hours) / seconds)} hours of a board and ` +
    `${Math.round(hoursOf(sum.callerMs) / seconds)} of callers on line in a second`,
);
process.exitCode = wrong + unheard > 0 ? 1 : 0;
