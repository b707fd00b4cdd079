/**
 * Tests a board with real sockets, clients, kernel limits and signals. One caller is on line throughout, and
 * must be answered. Loopback only, bounded, stops by itself and leaves no process behind; about two minutes.
 *
 *     npm run build && npm run chaos -- [--only resets] [--signal-runs 10]
 */
import { parseArgs } from 'node:util';
import { brokenApps, deaf, soak } from './chaos/inside.js';
import { stopRest } from './chaos/leftovers.js';
import { signals } from './chaos/signals.js';
import { descriptors, halfOpen, resets, type Storm, stopped } from './chaos/storms.js';

const STORMS: Readonly<Record<string, Storm>> = {
  resets,
  'half-open': halfOpen,
  deaf,
  stopped,
  descriptors,
  'broken-apps': brokenApps,
  soak,
};
const NAMES = [...Object.keys(STORMS), 'signals'];
const USAGE = `Usage: npm run chaos -- [--only NAME] [--signal-runs 10]

  --only NAME       one of ${NAMES.join(', ')}
  --signal-runs N   how often each signal is sent in each phase of a board

Exit codes: 0 nothing was wrong, 1 something was, 2 wrong usage.
`;

function fail(words: string): never {
  process.stderr.write(`${words}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        'signal-runs': { type: 'string', default: '10' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}
const { only, help, 'signal-runs': runs } = options();
if (help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (only !== undefined && !NAMES.includes(only)) fail(`--only ${only}: there is ${NAMES.join(', ')}`);
if (!/^[1-9]\d{0,3}$/.test(runs)) fail(`--signal-runs ${runs}: a whole number from 1 to 9999`);

process.on('exit', stopRest);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/** A storm that takes longer hangs. */
const PATIENCE_MS = 90_000;

async function inTime(storm: Storm): Promise<string> {
  let late: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`hangs, after ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([storm(), hangs]).finally(() => {
    clearTimeout(late);
    stopRest();
  });
}

let wrong = 0;
for (const [name, storm] of Object.entries(STORMS)) {
  if (only !== undefined && only !== name) continue;
  try {
    console.log(`${name.padEnd(13)}${await inTime(storm)}`);
  } catch (error) {
    wrong += 1;
    console.log(`${name.padEnd(13)}WRONG: ${(error as Error).message}`);
  }
}
if (only === undefined || only === 'signals') {
  const told = await signals(Number(runs));
  wrong += told.wrong;
  console.log(told.table);
}
console.log(wrong === 0 ? 'nothing was wrong' : `${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
