/**
 * Searches for input that blocks a board. One caller sends 64 KiB (keys, letters of all kinds, telnet
 * commands, lobby commands, in few packets or many, before the login or in a room of a hundred). The longest
 * block of the event loop is measured, and the worst input is mutated again and again. The final worst is
 * measured five times in turn with plain text: the median is printed, the lowest is judged, since other load
 * only adds to it. Loopback only; stops by itself; exits 1 when it is over both bounds.
 *
 *     npm run build && npm run fuzz -- [--seconds 60] [--seed N] [--listeners 97] [--attempt JSON]
 */
import { parseArgs } from 'node:util';
import { dice } from '../lib/testing/simulation/dice.js';
import { stopAll } from '../spec/support/cli.js';
import { type Attempt, changed, drawn, plainText } from './fuzz/attempt.js';
import { type Cost, fuzzedBoard } from './fuzz/board.js';
import { CORPUS } from './fuzz/corpus.js';
import { median } from './median.js';
import { optionsOrUsage } from './usage.js';

/** The longest that a board may stand still, if that is also more than so many times what plain text takes. */
const MAX_BLOCK_MS = 25;
const MAX_RATIO = 3;
/** The worst so far of each place, from which new attempts are made: the worst of one alone would crowd out all others. */
const MAX_KEPT = 6;
const REPEATS = 5;

const USAGE = `Usage: npm run fuzz -- [--seconds 60] [--seed N] [--listeners 97] [--attempt JSON]

  --seconds N     how long to search
  --seed N        what is drawn first; what follows depends on the times that are measured
  --listeners N   how many callers listen in the room
  --attempt JSON  measure this attempt, as the end of a search prints it, and search no further

Exit codes: 0 nothing held the board up, 1 something did, 2 wrong usage.
`;

function options() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: `${Math.floor(Math.random() * 1_000_000)}` },
      listeners: { type: 'string', default: '97' },
      attempt: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const number = (name: 'seconds' | 'seed' | 'listeners') => {
    if (!/^\d{1,9}$/.test(values[name])) throw new Error(`--${name} ${values[name]}: a whole number`);
    return Number(values[name]);
  };
  const attempt = values.attempt === undefined ? undefined : (JSON.parse(values.attempt) as Attempt);
  return { seconds: number('seconds'), seed: number('seed'), listeners: number('listeners'), attempt };
}

const { seconds, seed, listeners, attempt } = optionsOrUsage(USAGE, options);

process.on('exit', stopAll);
console.log(`seed ${seed}`);
const { tries, stop } = await fuzzedBoard(listeners);

// What runs for the first time takes longer, whatever it is.
for (const where of ['login', 'room', 'login', 'room'] as const) await tries(plainText(where));

interface Found {
  readonly attempt: Attempt;
  readonly cost: Cost;
}
const throws = dice(seed);
const worst: Record<Attempt['where'], Found[]> = { login: [], room: [] };
const all = () => [...worst.login, ...worst.room].sort(byCost);
const byCost = (one: Found, other: Found) => other.cost.blockMs - one.cost.blockMs;
let tried = 0;
const until = performance.now() + seconds * 1000;
let toldAt = performance.now();
while (attempt === undefined && performance.now() < until) {
  const from = throws.chance(0.3) ? undefined : throws.pick(all())?.attempt;
  const next = CORPUS[tried] ?? (from ? changed(from, throws) : drawn(throws));
  let cost = await tries(next);
  tried += 1;
  const kept = worst[next.where];
  const least = kept.at(-1);
  if (kept.length < MAX_KEPT || (least && cost.blockMs > least.cost.blockMs)) {
    // The machine may have been busy with something else: the quicker of two.
    const again = await tries(next);
    if (again.blockMs < cost.blockMs) cost = again;
    kept.push({ attempt: next, cost });
    kept.sort(byCost).splice(MAX_KEPT);
  }
  if (performance.now() - toldAt > 5000) {
    toldAt = performance.now();
    process.stderr.write(`${tried} attempts, the worst so far ${all()[0]?.cost.blockMs.toFixed(1)} ms\n`);
  }
}

const suspects = attempt
  ? [attempt]
  : [...worst.login.slice(0, 2), ...worst.room.slice(0, 2)].map((found) => found.attempt);
let missed = 0;
for (const suspect of suspects) {
  const costs: { plain: number; found: number }[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const plain = await tries(plainText(suspect.where));
    const found = await tries(suspect);
    costs.push({ plain: plain.blockMs, found: found.blockMs });
  }
  const blockMs = median(costs.map(({ found }) => found));
  const leastMs = Math.min(...costs.map(({ found }) => found));
  const ratio = median(costs.map(({ plain, found }) => found / plain));
  const isMissed = leastMs > MAX_BLOCK_MS && ratio > MAX_RATIO;
  if (isMissed) missed += 1;
  console.log(
    `${isMissed ? 'MISSED' : 'ok    '} ${blockMs.toFixed(1)} ms (at least ${leastMs.toFixed(1)}), ${ratio.toFixed(2)} times plain text ` +
      `(${median(costs.map(({ plain }) => plain)).toFixed(1)} ms): ${JSON.stringify(suspect)}`,
  );
}
console.log(
  `${tried} attempts in ${seconds} s; at most ${MAX_BLOCK_MS} ms, or ${MAX_RATIO} times plain text`,
);
stop();
process.exit(missed === 0 ? 0 : 1);
