/**
 * Measures how long a caller waits for an answer while five others, each from an address of its own, send
 * known slow input (`bench/fuzz/corpus.ts`). Prints the wait without them and with each. Loopback only; stops
 * by itself.
 *
 *     npm run build && npm run witness -- [--seconds 5] [--listeners 97]
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { logIn } from '../spec/support/caller.js';
import { stopAll } from '../spec/support/cli.js';
import { bytesOf } from '../spec/support/telnet-words.js';
import { fuzzedBoard } from './fuzz/board.js';
import { CORPUS } from './fuzz/corpus.js';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, listeners: { type: 'string', default: '97' } },
});
const forMs = Number(values.seconds) * 1000;
/** The witness's key; no attacker sends it. */
const KEY = 'Q';
const ATTACKERS = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];

process.on('exit', stopAll);
const board = await fuzzedBoard(Number(values.listeners));
const witness = await logIn(board.port, 'witness', '127.0.0.9');
witness.says(bytesOf('DO ECHO', 'DO SGA'));

/** Milliseconds from a key to its echo, of one key after the other: lines of one caller are answered at a pace. */
async function waits(): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    took.push(await echoed(KEY, KEY));
    // One chunk of both would leave the screen as it is.
    took.push(await echoed('\b', '\b'));
    await wait(20);
  }
  return took.sort((one, other) => one - other);
}

async function echoed(key: string, echo: string): Promise<number> {
  const { length } = witness.heard;
  const pressedAt = performance.now();
  witness.says(key);
  while (!witness.heard.includes(echo, length)) await wait(1);
  return performance.now() - pressedAt;
}

function tell(what: string, took: readonly number[]): void {
  const at = (part: number) =>
    (took[Math.floor((took.length - 1) * part)] ?? Number.NaN).toFixed(1).padStart(7);
  console.log(
    `p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms, ${`${took.length}`.padStart(4)} answers: ${what}`,
  );
}

await waits();
tell('no other caller is active', await waits());
for (const attempt of CORPUS) {
  let on = true;
  const attackers = ATTACKERS.map(async (address) => {
    while (on) await board.attacks(attempt, address).catch(() => {});
  });
  tell(JSON.stringify({ ...attempt, client: undefined }), await waits());
  on = false;
  await Promise.all(attackers);
}
board.stop();
process.exit(0);
