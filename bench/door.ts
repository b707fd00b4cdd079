/**
 * Tests access control under attack, over real sockets: who is admitted while one address floods, how long an
 * answer takes meanwhile, and what happens to callers who don't read. Loopback only; stops by itself; exits 1
 * when a bound is missed.
 *
 *     npm run build && npm run door -- [--seconds 10]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call, logIn } from '../spec/support/caller.js';
import { type BoardProcess, startBoard, stopAll } from '../spec/support/cli.js';
import { bytesOf } from '../spec/support/telnet-words.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
const ms = Number(values.seconds) * 1000;

let broken = 0;
function promise(what: string, kept: boolean): void {
  if (!kept) broken += 1;
  console.log(`${kept ? 'ok    ' : 'MISSED'} ${what}`);
}

/** Knocks from an address, in a process of its own. Resolves with how often. */
async function flood(port: number, address: string): Promise<number> {
  const child = fork(new URL('./knocker.ts', import.meta.url), [`${port}`, address, `${ms}`], {
    execArgv: ['--import', 'tsx'],
  });
  const [attempts] = (await once(child, 'message')) as [number];
  return attempts;
}

/** The most sessions that an address had at once. */
function mostAtOnce({ log }: BoardProcess, address: string): number {
  const theirs = new Set<unknown>();
  let most = 0;
  for (const { event, session, address: from } of log) {
    if (event === 'sessionOpened' && from === address) theirs.add(session);
    if (event === 'sessionClosing') theirs.delete(session);
    most = Math.max(most, theirs.size);
  }
  return most;
}

/** Milliseconds from Enter to the prompt, of one caller who presses it again and again. */
async function answers(port: number, handle: string, forMs: number): Promise<number[]> {
  const caller = await logIn(port, handle);
  const took: number[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    const pressedAt = performance.now();
    caller.says('\r\n');
    await once(caller.socket, 'data');
    took.push(performance.now() - pressedAt);
    // Slower than the lobby takes lines of one caller, five a second.
    await wait(250);
  }
  caller.hangUp();
  return took.sort((one, other) => one - other);
}
const p99 = (took: number[]) => took[Math.floor(took.length * 0.99)] ?? Number.NaN;

// One address floods, twenty others come one after the other.
const besieged = await startBoard();
const knocking = flood(besieged.port, '127.0.0.2');
let got = 0;
for (let other = 0; other < 20; other += 1) {
  await wait(ms / 20);
  const caller = await call(besieged.port, '127.0.0.1', `127.0.0.${100 + other}`);
  const heard = await caller.hears(/Handle: |Please call again/).catch(() => '');
  if (heard.includes('Handle: ')) got += 1;
  // As clients do: a guest who answers no telnet and says nothing more counts as not logged in.
  caller.says(bytesOf('DO ECHO', 'DO SGA', 'WONT TIMING_MARK', 'WONT TIMING_MARK'));
  caller.says(`caller ${other}\r\n`);
}
const attempts = await knocking;
const most = mostAtOnce(besieged, '127.0.0.2');
console.log(`${attempts} attempts of one address in ${ms / 1000} s, ${most} lines of it at once at most`);
promise(`others who got in: ${got} of 20`, got === 20);
promise('the flooder held at most 5 lines', most <= 5);
const refusals = besieged.log.filter(({ event }) => event === 'connectionRefused').length;
console.log(`${refusals} refusals were logged one by one`);
promise(
  'at most 10 log lines for 10,000 refusals, or for 10 seconds',
  refusals <= 10 * (Math.ceil(attempts / 10_000) + ms / 10_000),
);

// Somebody on line, without the flood and with it.
const calm = p99(await answers(besieged.port, 'calm', Math.min(ms, 5000)));
const [, stormy] = await Promise.all([
  flood(besieged.port, '127.0.0.2'),
  answers(besieged.port, 'stormy', ms),
]);
console.log(`p99 of an answer: ${calm.toFixed(1)} ms, under the flood ${p99(stormy).toFixed(1)} ms`);
promise('at most 50 ms under the flood', p99(stormy) <= 50);
stopAll();

// A hundred callers are told 10,000 lines; half of them don't read.
const board = fork(new URL('./broadcaster.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
const [port] = (await once(board, 'message')) as [number];
const readers: { socket: net.Socket; lines: number }[] = [];
for (let index = 0; index < 100; index += 1) {
  const caller = await call(port);
  caller.says(`caller ${index}\r\n`);
  if (index % 2 === 0) {
    caller.socket.pause();
    continue;
  }
  const reader = { socket: caller.socket, lines: 0 };
  readers.push(reader);
  caller.socket.removeAllListeners('data');
  caller.socket.on('data', (text: string) => {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) reader.lines += 1;
  });
}
await wait(500);
for (const reader of readers) reader.lines = 0;
board.send('go');
const [told] = (await once(board, 'message')) as [
  { reasons: Record<string, number>; before: number; most: number; after: number },
];
while (readers.some(({ lines, socket }) => lines < 10_000 && !socket.destroyed)) await wait(50);
console.log(
  `resident: ${told.before} MiB before 10,000 lines to 100 callers, ${told.most} at most, ${told.after} after`,
);
promise(`closed as slow: ${told.reasons.slow ?? 0} of 50`, told.reasons.slow === 50);
promise(
  `readers with all 10,000 lines: ${readers.filter(({ lines }) => lines === 10_000).length} of 50`,
  readers.every(({ lines }) => lines === 10_000),
);
board.disconnect();
process.exit(broken === 0 ? 0 : 1);
