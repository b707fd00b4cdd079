/**
 * Simulates a busy half hour in half a minute: callers who stay and talk, others who come and go. Measures
 * the memory that is left in use. Loopback only; stops by itself.
 *
 *     npm run load -- [--seconds 30] [--callers 50] [--visits 20]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    callers: { type: 'string', default: '50' },
    visits: { type: 'string', default: '20' },
  },
});
const [seconds, residents, visitsPerSecond] = [values.seconds, values.callers, values.visits].map(Number) as [
  number,
  number,
  number,
];

/** What the board says of itself. */
interface Figures {
  readonly heapKiB: number;
  readonly rssKiB: number;
  readonly sessions: number;
  readonly handles: number;
  readonly opened: number;
  readonly closed: number;
  readonly reasons: Record<string, number>;
}

const board = fork(new URL('./board.ts', import.meta.url), { execArgv: ['--expose-gc', '--import', 'tsx'] });
const [port] = (await once(board, 'message')) as [number];

async function figures(): Promise<Figures> {
  board.send('figures');
  const [answer] = (await once(board, 'message')) as [Figures];
  return answer;
}

const count = { lines: 0, echoed: 0, visits: 0, failures: 0 };
const roundTripsMs: number[] = [];

/** Calls in, gives a handle, and says `lines` lines, each when the last has come back. */
async function visit(handle: string, lines: number, pauseMs: number): Promise<void> {
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1');
  let heard = '';
  let wake = () => {};
  socket.on('data', (text) => {
    heard += text;
    wake();
  });
  const gone = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`hung up on ${handle}`)));
  });
  gone.catch(() => {});
  const hears = async (text: string) => {
    while (!heard.includes(text)) {
      await Promise.race([gone, new Promise<void>((resolve) => (wake = resolve))]);
    }
    heard = '';
  };
  try {
    await hears('Handle: ');
    socket.write(`${handle}\r\n`);
    await hears(`hi ${handle}`);
    for (let line = 0; line < lines; line += 1) {
      const saidAt = performance.now();
      count.lines += 1;
      socket.write(`line ${line}\r\n`);
      await hears(`line ${line}\r\n`);
      count.echoed += 1;
      roundTripsMs.push(performance.now() - saidAt);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
    }
    socket.destroy();
  } catch (error) {
    count.failures += 1;
    console.error(String(error));
  }
}

// A first round, so that what is made once (code, buffers) isn't taken for a leak.
await Promise.all(Array.from({ length: 200 }, (_, index) => visit(`warm ${index}`, 5, 0)));
const before = await figures();
console.log(
  `before: heap ${before.heapKiB} KiB, resident ${before.rssKiB} KiB, ${before.sessions} sessions, ${before.handles} handles`,
);

const LIVELY_MS = 100;
const residentsDone = Array.from({ length: residents }, (_, index) =>
  visit(`resident ${index}`, Math.ceil((seconds * 1000) / LIVELY_MS), LIVELY_MS),
);
const visitors: Promise<void>[] = [];
const startedAt = performance.now();
while (performance.now() - startedAt < seconds * 1000) {
  count.visits += 1;
  visitors.push(visit(`visitor ${count.visits}`, 1 + (count.visits % 3), 0));
  await new Promise((resolve) => setTimeout(resolve, 1000 / visitsPerSecond));
  if (process.stderr.isTTY) process.stderr.write(`\r${count.echoed} lines, ${count.visits} visits `);
}
await Promise.all([...visitors, ...residentsDone]);

let after = await figures();
while (after.closed < after.opened) after = await figures();
roundTripsMs.sort((one, other) => one - other);
const at = (share: number) => (roundTripsMs[Math.floor(roundTripsMs.length * share)] ?? 0).toFixed(1);

console.log(
  `after:  heap ${after.heapKiB} KiB, resident ${after.rssKiB} KiB, ${after.sessions} sessions, ${after.handles} handles`,
);
console.log(
  `${count.lines} lines said, ${count.echoed} came back, ${count.visits} visits, ${count.failures} failures`,
);
console.log(`round trip: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
console.log(`opened ${after.opened}, closed ${after.closed}: ${JSON.stringify(after.reasons)}`);
board.send('stop');
await once(board, 'exit');
const lost = count.lines - count.echoed + count.failures + after.opened - after.closed;
process.exitCode = lost === 0 ? 0 : 1;
