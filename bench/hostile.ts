/**
 * Tests the built board with hostile callers: thousands that send up to 4 KiB of seeded random bytes each,
 * and one that requests options without end and reads no answer. Loopback only; stops by itself; exits 1 when
 * a bound is missed.
 *
 *     npm run build && npm run hostile -- [--callers 20000] [--at-once 50] [--flood 64] [--seed 1]
 */
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call, logIn } from '../spec/support/caller.js';
import { type BoardProcess, OPEN_DOOR, startBoard, stopAll } from '../spec/support/cli.js';
import { flood, residentMiB } from '../spec/support/flood.js';

const { values } = parseArgs({
  options: {
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

/** The same numbers for the same seed, from 0 up to `below` (mulberry32). */
type Random = (below: number) => number;
function random(from: number): Random {
  let state = from | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The most that a hostile caller sends. */
const MAX_BYTES = 4096;
/** TTYPE, NAWS, LINEMODE, NEW-ENVIRON, CHARSET, MSSP, MCCP2, GMCP … and the ends of the table. */
const OPTIONS = [0, 1, 3, 5, 6, 24, 25, 31, 32, 34, 36, 39, 42, 70, 86, 99, 201, 255];
/** What real clients say, before it is spoilt. */
const REAL = [
  'fffd03fffb18fffb1ffffb20fffb21fffb22fffb27fffd05fffb23',
  'fffb1ffffa1f00500018fff0fffb18fffa1800787465726d2d323536636f6c6f72fff0',
  'fffb27fffa27000055534552012d6620726f6f74fff0',
  'fffb22fffa220301030003620304020f05000007621c08020409421a0a027f0b02150f021110021312021cfff0',
  'fffb2afffa2a023b5554462d38fff0fffd46fffd56fffdc9fffac9436f72652e48656c6c6f207b7dfff0',
  '626f620d0a2f77686f0d0a2f68656c700d002f74696d650d0a',
  '616e6e0d0a2f717569740d0a',
  'fff6fff3fff4fff5fff7fff8fff2fffd06',
].map((hex) => Buffer.from(hex, 'hex'));

function anyOf<T>(choices: readonly T[], rnd: Random): T {
  return choices[rnd(choices.length)] as T;
}

const bytesOf = (length: number, byte: () => number) => Uint8Array.from({ length }, byte);

/** Ways to be hostile, each a piece of a stream. */
const WAYS: ((rnd: Random) => Uint8Array)[] = [
  (rnd) => bytesOf(1 + rnd(200), () => rnd(256)),
  (rnd) => bytesOf(1 + rnd(200), () => (rnd(2) ? 255 : rnd(2) ? 239 + rnd(17) : anyOf(OPTIONS, rnd))),
  (rnd) => {
    const request = [255, 251 + rnd(4), anyOf(OPTIONS, rnd)];
    return Uint8Array.from(Array.from({ length: 1 + rnd(400) }, () => request).flat());
  },
  (rnd) => {
    const payload = bytesOf(rnd(8) ? rnd(40) : rnd(6000), () => rnd(rnd(2) ? 256 : 4));
    const end = anyOf([[255, 240], [255], [255, 250], []], rnd);
    return Buffer.concat([Uint8Array.of(255, 250, anyOf(OPTIONS, rnd)), payload, Uint8Array.from(end)]);
  },
  (rnd) => {
    const spoilt = [...anyOf(REAL, rnd)];
    for (let spoil = rnd(4); spoil > 0; spoil -= 1) {
      spoilt.splice(rnd(spoilt.length), rnd(3), ...bytesOf(rnd(3), () => rnd(256)));
    }
    return Uint8Array.from(spoilt);
  },
];

function hostile(rnd: Random): Buffer {
  const length = 1 + rnd(MAX_BYTES);
  const pieces: Uint8Array[] = [];
  for (let so = 0; so < length; so += pieces.at(-1)?.length ?? 0) pieces.push(anyOf(WAYS, rnd)(rnd));
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

const board = await startBoard([...OPEN_DOOR, '--max-sessions', '1000'], INSTRUMENTED);
// A first round, so that what is made once (code, buffers) isn't taken for a leak.
await storm(board.port, Math.min(2000, callers), seed + 1);
await quiet(board);
Object.assign(count, { called: 0, bytes: 0, unconnected: 0, stuck: 0 });
console.log('before:');
const before = await figures(board);
const own = monitorEventLoopDelay();
own.enable();
const startedAt = performance.now();
await storm(board.port, callers, seed);
const tookS = (performance.now() - startedAt) / 1000;
await quiet(board);
console.log('after:');
const after = await figures(board);
const left = sessions(board);
const last = await logIn(board.port, 'ann');
last.says('/quit\r\n');
await last.gone;
board.child.kill('SIGTERM');
const { code } = await board.end;

const reasons: Record<string, number> = {};
for (const { event, reason } of board.log) {
  if (event === 'sessionClosed') reasons[`${reason}`] = (reasons[`${reason}`] ?? 0) + 1;
}
console.log(
  `${count.called} callers in ${tookS.toFixed(0)} s, ${(count.bytes / 1024 ** 2).toFixed(1)} MiB of rubbish; with the first round: ${JSON.stringify(reasons)}`,
);
console.log(
  `longest pause: the board ${after.pausedMs.toFixed(0)} ms, this program ${(own.max / 1e6).toFixed(0)} ms`,
);
bound('heap after collection, more than before', (after.heapKiB - before.heapKiB) / 1024, 5, 'MiB');
bound('errors in the log', board.log.filter(({ level }) => level === 'error').length, 0, 'lines');
bound('exit code', code ?? 255, 0, '');
bound('sessions left', left, 0, '');
bound('handles left', after.handles - before.handles, 0, '');
bound('callers who got no line', count.unconnected, 0, '');
bound('callers who were not seen off', count.stuck, 0, '');

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
process.exitCode = missed === 0 ? 0 : 1;
