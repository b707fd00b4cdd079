/**
 * What a built board costs without the kernel and Node's sockets: `createImpulse` with everything on, given
 * sockets that only count. Plain JavaScript, so that no loader's helpers are measured. Measures calls or
 * lines, prints one line of JSON, and ends.
 *
 *     node --expose-gc bench/ablate/callers.mjs calls|lines
 */
import net from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { map } from 'rxjs';
import { createImpulse } from '../../dist/lib/index.js';

const CALLERS = 5000;
const NAME = Buffer.from('ann\r\n');
const LINE = Buffer.from('the quick brown fox jumps over it\r\n');
const WIDE_LINE = Buffer.from('日本語 ❤️👍🏽 étude\r\n');
const DO_ECHO = Buffer.from('\xff\xfd\x01', 'latin1');
const PASTED_LINES = 1000;
const PASTE = Buffer.from(`${'x'.repeat(62)}\r\n`.repeat(PASTED_LINES));

let made = 0;
const LISTENER = { data: 'onData', end: 'onEnd', close: 'onClose', error: 'onError' };

/** What telnet needs of a socket. */
class Socket {
  onData = undefined;
  onEnd = undefined;
  onClose = undefined;
  onError = undefined;
  bytesWritten = 0;
  writableLength = 0;
  writable = true;
  closed = false;
  constructor() {
    made += 1;
    this.remoteAddress = `10.${(made >> 16) & 255}.${(made >> 8) & 255}.${made & 255}`;
  }
  on(event, listener) {
    this[LISTENER[event]] = listener;
    return this;
  }
  pause() {}
  resume() {}
  write(chunk, encoding, told = encoding) {
    this.bytesWritten += chunk.length;
    if (typeof told === 'function') setImmediate(told);
    return true;
  }
  end() {
    this.destroy();
  }
  destroy() {
    if (this.closed) return;
    this.closed = true;
    this.writable = false;
    this.onClose();
  }
}

let server;
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  server = this;
  return listen.apply(this, args);
};
let lines = 0;
const board = createImpulse({
  port: 0,
  maxSessions: 100_000,
  maxUnauthenticated: { start: 100_000, rate: 30, full: 200_000 },
  maxPerUser: null,
  connectionRate: null,
  connectionRatePerAddress: { count: 1_000_000, perMs: 1000, burst: 1_000_000 },
  inputRate: 1024 ** 3,
  sessionLimitMs: 86_400_000,
  authenticate: (session) => session.ask('Handle: ').pipe(map((handle) => ({ handle: `${handle} ${made}` }))),
  app(session) {
    session.write('Welcome to the board. Say something.\n');
    return session.line$.pipe(
      map((line) => {
        lines += 1;
        return `${line}\n`;
      }),
    );
  },
});
const events = {};
board.event$.subscribe((event) => {
  const type = event.type === 'connectionRefused' ? event.reason : event.type;
  events[type] = (events[type] ?? 0) + 1;
});
await board.start();

/** A call that has logged in. */
function call() {
  const socket = new Socket();
  server.emit('connection', socket);
  socket.onData(NAME);
  return socket;
}

const gather = (count) => Array.from({ length: count }, call);

/** Bytes in use, after a collection. */
async function heap() {
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc();
    await wait(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Processor time of this process, in microseconds: other programs on the core don't count. */
function cpuUs() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Nanoseconds for each of `count`: the median of the rounds. */
async function cost(rounds, count, act) {
  const all = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = cpuUs();
    await act();
    all.push(((cpuUs() - from) * 1000) / count);
    await turn();
  }
  return all.sort((one, other) => one - other)[rounds >> 1];
}

function callAndLeave() {
  for (let number = 0; number < 2000; number += 1) {
    const socket = call();
    socket.onData(LINE);
    socket.onEnd();
  }
}
function say(sockets, bytes, times) {
  for (let time = 0; time < times; time += 1) for (const socket of sockets) socket.onData(bytes);
}

async function calls() {
  // It takes V8 some fifty thousand calls to compile a board.
  await cost(20, 1, callAndLeave);
  const callNs = await cost(10, 2000, callAndLeave);
  const before = await heap();
  const callers = gather(CALLERS);
  say(callers, LINE, 1);
  await turn();
  const after = await heap();
  const from = cpuUs();
  for (const socket of callers) socket.onEnd();
  const hangUpsUs = cpuUs() - from;
  return {
    'a call': callNs / 1000,
    'an idle caller': (after - before) / CALLERS,
    '5,000 hang-ups': hangUpsUs / 1000,
  };
}

async function linesOf() {
  const callers = gather(1000);
  say(callers, LINE, 20);
  const lineNs = await cost(20, 5000, () => say(callers, LINE, 5));
  const [paster] = callers;
  const pastedNs = await cost(50, PASTED_LINES, async () => {
    const until = lines + PASTED_LINES;
    paster.onData(PASTE);
    while (lines < until) await turn();
  });
  const echoed = callers.slice(0, 200);
  say(echoed, DO_ECHO, 1);
  const wideNs = await cost(30, 400, () => say(echoed, WIDE_LINE, 2));
  return { 'a line': lineNs, 'a pasted line': pastedNs, 'a wide line': wideNs };
}

const costs = await (process.argv[2] === 'calls' ? calls() : linesOf());
await wait(10);
const { sessionOpened = 0, sessionClosed = 0 } = events;
if (sessionOpened !== made || sessionClosed !== (process.argv[2] === 'calls' ? made : 0))
  throw new Error(JSON.stringify(events));
console.log(JSON.stringify(costs));
process.exit();
