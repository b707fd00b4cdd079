/**
 * Tests the built board with hostile callers: thousands that send up to 4 KiB of seeded random bytes each,
 * and one that requests options without end and reads no answer. A caller on telnet, the witness, measures meanwhile
 * how long an echo takes. Loopback only; stops by itself; exits 1 when
 * a bound is missed.
 *
 *     npm run build && npm run hostile -- [--door telnet|tls|ssh|web] [--callers 20000] [--at-once 50] [--flood 64] [--seed 1]
 */
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call, logIn } from '../spec/support/caller.js';
import { type BoardProcess, OPEN_DOOR, startBoard, stopAll } from '../spec/support/cli.js';
import { flood, residentMiB } from '../spec/support/flood.js';
import { bytesOf } from '../spec/support/telnet-words.js';
import { DOORS, type DoorName, portOf } from './hostile/doors.js';
import { anyOf, type Random, random } from './hostile/random.js';

const { values } = parseArgs({
  options: {
    door: { type: 'string', default: 'telnet' },
    callers: { type: 'string', default: '20000' },
    'at-once': { type: 'string', default: '50' },
    flood: { type: 'string', default: '64' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const callers = Number(values.callers);
const atOnce = Number(values['at-once']);
const floodMiB = Number(values.flood);
const seed = Number(values.seed);
const door = values.door as DoorName;
if (!Object.hasOwn(DOORS, door)) {
  console.error(`--door ${door}: one of ${Object.keys(DOORS).join(', ')}`);
  process.exit(2);
}
const { flags, ways } = DOORS[door];

/** The most that a hostile caller sends. */
const MAX_BYTES = 4096;

function hostile(rnd: Random): Buffer {
  const length = 1 + rnd(MAX_BYTES);
  const pieces: Uint8Array[] = [];
  for (let so = 0; so < length; so += pieces.at(-1)?.length ?? 0) pieces.push(anyOf(ways, rnd)(rnd));
  return Buffer.concat(pieces).subarray(0, length);
}

/** How long the board may take to see off a caller who said goodbye. */
const PATIENCE_MS = 10_000;
const count = { called: 0, bytes: 0, unconnected: 0, stuck: 0 };

/** Calls, sends rubbish in a few pieces, and leaves in one of three ways. One in four reads nothing meanwhile. */
async function visit(port: number, rnd: Random): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([gone, new Promise((resolve) => socket.once('connect', resolve))]);
  count.called += 1;
  if (socket.destroyed) {
    count.unconnected += 1;
    return;
  }
  if (rnd(4)) socket.resume();
  let rest = hostile(rnd);
  count.bytes += rest.length;
  while (rest.length > 0 && !socket.destroyed) {
    const piece = rest.subarray(0, 1 + rnd(rest.length));
    rest = rest.subarray(piece.length);
    socket.write(piece);
    if (rnd(2)) await turn();
  }
  const leave = anyOf(['half-close', 'reset', 'wait'] as const, rnd);
  if (leave === 'wait') await Promise.race([gone, wait(rnd(100))]);
  if (leave === 'reset') socket.resetAndDestroy();
  else socket.resume().end();
  const giveUp = () => {
    count.stuck += 1;
    socket.destroy();
  };
  // Twice, since this process may have been the one that stood still.
  let patience = setTimeout(() => {
    patience = setTimeout(giveUp, PATIENCE_MS);
  }, PATIENCE_MS);
  await gone;
  clearTimeout(patience);
}

/** So many visits, `atOnce` at a time, each with a seed of its own. */
async function storm(port: number, visits: number, from: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < visits) {
      next += 1;
      await visit(port, random(from * 1_000_003 + next));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Makes the board say its figures in its log, when asked to by a signal. */
const FIGURES = `
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  const delay = monitorEventLoopDelay();
  delay.enable();
  process.on('SIGUSR2', () => {
    const pausedMs = delay.max / 1e6;
    gc();
    setTimeout(() => {
      gc();
      delay.reset();
      const { heapUsed, external } = process.memoryUsage();
      const figures = { heapKiB: heapUsed / 1024, externalKiB: external / 1024, pausedMs };
      const handles = process.getActiveResourcesInfo().length;
      console.error(JSON.stringify({ event: 'figures', handles, ...figures }));
    }, 100);
  });`;
const INSTRUMENTED = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(FIGURES)}`];

interface Figures {
  readonly heapKiB: number;
  readonly externalKiB: number;
  /** The longest that its event loop was late since it was asked last. */
  readonly pausedMs: number;
  readonly handles: number;
}

async function figures(board: BoardProcess): Promise<Figures> {
  const known = new Set(board.log);
  board.child.kill('SIGUSR2');
  const told = (await board.logs('figures', (line) => !known.has(line))) as unknown as Figures;
  const { heapKiB, externalKiB, handles } = told;
  const resident = residentMiB(board.child.pid as number);
  console.log(
    `  heap ${heapKiB.toFixed(0)} KiB, external ${externalKiB.toFixed(0)} KiB, resident ${resident.toFixed(0)} MiB, ${handles} handles`,
  );
  return told;
}

/** Sessions opened and not yet closed. */
function sessions({ log }: BoardProcess): number {
  const all = (name: string) => log.filter(({ event }) => event === name).length;
  return all('sessionOpened') - all('sessionClosed');
}

async function quiet(board: BoardProcess): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  do await wait(100);
  while (sessions(board) > 0 && performance.now() < until);
}

let missed = 0;
function bound(what: string, value: number, most: number, unit: string): void {
  const kept = value <= most;
  if (!kept) missed += 1;
  console.log(`${kept ? 'ok    ' : 'MISSED'} ${what}: ${+value.toFixed(2)} ${unit}, at most ${most}`);
}

process.on('exit', stopAll);
console.log(`seed ${seed}`);

const board = await startBoard([...OPEN_DOOR, ...flags(), '--max-sessions', '1000'], INSTRUMENTED);
const port = await portOf(board, door);
// A first round, so that what is made once (code, buffers) isn't taken for a leak.
await storm(port, Math.min(2000, callers), seed + 1);
await quiet(board);
Object.assign(count, { called: 0, bytes: 0, unconnected: 0, stuck: 0 });
console.log('before:');
const before = await figures(board);
const witness = await logIn(board.port, 'witness');
witness.says(bytesOf('DO ECHO', 'DO SGA'));
/** Milliseconds from a key to its echo, of one key after the other, until told to stop. */
async function echoes(isOn: () => boolean): Promise<number[]> {
  const took: number[] = [];
  while (isOn()) {
    for (const key of ['Q', '\b']) {
      const { length } = witness.heard;
      const pressedAt = performance.now();
      witness.says(key);
      while (!witness.heard.includes(key, length)) await wait(1);
      took.push(performance.now() - pressedAt);
    }
    await wait(20);
  }
  return took.sort((one, other) => one - other);
}
const at = (took: readonly number[], part: number) =>
  took[Math.floor((took.length - 1) * part)] ?? Number.NaN;
const quietUntil = performance.now() + 2000;
const calm = await echoes(() => performance.now() < quietUntil);
const own = monitorEventLoopDelay();
own.enable();
const startedAt = performance.now();
let isStorming = true;
const echoing = echoes(() => isStorming);
await storm(port, callers, seed);
isStorming = false;
const stormy = await echoing;
witness.hangUp();
const tookS = (performance.now() - startedAt) / 1000;
await quiet(board);
console.log('after:');
let after = await figures(board);
// Timers of the last callers may still run.
for (let look = 0; look < 3 && after.handles > before.handles; look += 1) {
  await wait(1000);
  after = await figures(board);
}
const left = sessions(board);
const last = await logIn(board.port, 'ann');
last.says('/quit\r\n');
await last.gone;
board.child.kill('SIGTERM');
const { code } = await board.end;

const reasons: Record<string, number> = {};
for (const { event, reason } of board.log) {
  if (event === 'sessionClosed' || event === 'connectionRefused')
    reasons[`${reason}`] = (reasons[`${reason}`] ?? 0) + 1;
}
console.log(
  `${count.called} callers in ${tookS.toFixed(0)} s, ${(count.bytes / 1024 ** 2).toFixed(1)} MiB of rubbish; with the first round: ${JSON.stringify(reasons)}`,
);
console.log(
  `longest pause: the board ${after.pausedMs.toFixed(0)} ms, this program ${(own.max / 1e6).toFixed(0)} ms`,
);
console.log(
  `the witness waited for an echo: before p50 ${at(calm, 0.5).toFixed(1)}, p99 ${at(calm, 0.99).toFixed(1)} ms; meanwhile p50 ${at(stormy, 0.5).toFixed(1)}, p99 ${at(stormy, 0.99).toFixed(1)}, longest ${at(stormy, 1).toFixed(1)} ms (${stormy.length} times)`,
);
bound('heap after collection, more than before', (after.heapKiB - before.heapKiB) / 1024, 5, 'MiB');
bound('errors in the log', board.log.filter(({ level }) => level === 'error').length, 0, 'lines');
bound('exit code', code ?? 255, 0, '');
bound('sessions left', left, 0, '');
// A timer or two of the board's own come and go.
bound('handles left', after.handles - before.handles, 2, '');
bound('the witness waited, at the 99th percentile', at(stormy, 0.99), 250, 'ms');
bound('callers who got no line', count.unconnected, 0, '');
bound('callers who were not seen off', count.stuck, 0, '');

if (door === 'telnet') await floodOptions();
process.exitCode = missed === 0 ? 0 : 1;

/** One caller requests an option without end, and reads no answer. */
async function floodOptions(): Promise<void> {
  const flooded = await startBoard(OPEN_DOOR);
  await logIn(flooded.port, 'ann');
  const from = performance.now();
  const closed = flooded.logs('sessionClosed', ({ session }) => session === 2);
  const { sentMiB, grownMiB } = await flood(flooded.port, flooded.child.pid as number, {
    sendMiB: floodMiB,
    done: closed,
  });
  const afterS = (performance.now() - from) / 1000;
  const { reason } = await closed;
  await (await call(flooded.port)).hears('Handle: ');
  console.log(`IAC DO 99 from a caller who reads nothing: ${sentMiB.toFixed(1)} MiB sent; closed: ${reason}`);
  bound('resident memory, more than before', grownMiB, 32, 'MiB');
  bound('closed', afterS, 2, 's');
  bound('closed for another reason', reason === 'protocol' ? 0 : 1, 0, '');
  flooded.child.kill('SIGKILL');
  await flooded.end;
}
