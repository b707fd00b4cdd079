/**
 * The load generator where there is no C compiler: the modes of `generator.c`, which tells what they are. It takes about as much
 * as a server does, so that fast servers look slower than they are.
 */
import net from 'node:net';

const [mode, port, first, second] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const LINE = 'the quick brown fox jumps over it\r\n';
const nowNs = () => Number(process.hrtime.bigint());
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
let called = 0;
let saysGoodbye = false;

/** Calls in; `heard` is told how many newlines came, of how many before. */
function call(heard, left = () => process.exit(1)) {
  called += 1;
  const localAddress = `127.0.1.${1 + (Math.floor(called / 20_000) % 200)}`;
  const socket = net.connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  let lines = 0;
  socket.on('data', (bytes) => {
    saysGoodbye = bytes.includes('Goodbye');
    const before = lines;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
    if (lines > before) heard(socket, lines - before, before);
  });
  socket.on('end', () => left(socket));
  socket.on('error', (error) => {
    console.error(`generator: ${error.message}`);
    process.exit(1);
  });
  return socket;
}

/** Connects all callers, 128 at a time. */
function gather(callers, heard, left) {
  return new Promise((resolve) => {
    const sockets = [];
    let ready = 0;
    const enter = () => {
      if (sockets.length === callers) return;
      const onHeard = (socket, count, before) => {
        if (heard(socket, count, before)) {
          ready += 1;
          if (ready === callers) resolve(sockets);
          else enter();
        }
      };
      sockets.push(call(onHeard, left));
    };
    for (let index = 0; index < Math.min(128, callers); index += 1) enter();
  });
}

const modes = {
  connect() {
    let count = 0;
    const startedAt = nowNs();
    const next = () =>
      call((socket) => {
        socket.removeAllListeners('end').end();
        count += 1;
        const seconds = (nowNs() - startedAt) / 1e9;
        if (seconds < first) return next();
        say({ count, seconds });
        process.exit();
      });
    for (let index = 0; index < second; index += 1) next();
  },
  rate() {
    const total = Math.floor(first * second);
    const took = [];
    const startedAt = nowNs();
    let started = 0;
    const ticking = setInterval(() => {
      for (; started < total && nowNs() >= startedAt + (started * 1e9) / second; started += 1) {
        const dueAt = startedAt + (started * 1e9) / second;
        call((socket) => {
          took.push((nowNs() - dueAt) / 1000);
          socket.removeAllListeners('end').end();
          if (took.length < total) return;
          took.sort((one, other) => one - other);
          say({
            count: total,
            medianUs: took[total >> 1],
            p99Us: took[Math.floor(total * 0.99)],
            mostUs: took.at(-1),
          });
          process.exit();
        });
      }
      if (started === total) clearInterval(ticking);
    }, 1);
  },
  async echo() {
    let count = 0;
    let until = Number.POSITIVE_INFINITY;
    let startedAt = 0;
    const sockets = await gather(second, (socket, lines, before) => {
      if (before === 0) return true;
      count += lines;
      if (nowNs() < until) socket.write(LINE);
      else {
        say({ count, seconds: (nowNs() - startedAt) / 1e9 });
        process.exit();
      }
      return false;
    });
    startedAt = nowNs();
    until = startedAt + first * 1e9;
    for (const socket of sockets) socket.write(LINE);
  },
  async stream() {
    const block = Buffer.from(`${'x'.repeat(62)}\r\n`.repeat(1024));
    const lines = (first * 1024 * 1024) / 64;
    let left = first * 1024 * 1024;
    let heard = 0;
    let startedAt = 0;
    const [socket] = await gather(1, (_, count, before) => {
      if (before === 0) return true;
      heard += count;
      if (heard < lines) return false;
      say({ count: lines, seconds: (nowNs() - startedAt) / 1e9 });
      process.exit();
    });
    const pump = () => {
      while (left > 0) {
        left -= block.length;
        if (!socket.write(block)) break;
      }
    };
    socket.on('drain', pump);
    startedAt = nowNs();
    pump();
  },
  async hold() {
    let [what, done, heard, lastNs] = ['', 0, 0, 0];
    const finish = () => {
      if (done === first) say({ done, heard, lastNs });
    };
    const news = new Set();
    await gather(
      first,
      (socket, _, before) => {
        lastNs = nowNs();
        if (before === 0) socket.write(LINE);
        else if (what === 'leaves' && saysGoodbye) heard += 1;
        else if (what === 'hears' && !news.has(socket)) {
          news.add(socket);
          heard += 1;
          done += 1;
          finish();
        }
        return before === 1;
      },
      (socket) => {
        lastNs = nowNs();
        socket.end();
        if (what === 'leaves') {
          done += 1;
          finish();
        }
      },
    );
    say({ held: first });
    process.stdin.on('data', (order) => {
      [what, done, heard] = [String(order).trim(), 0, 0];
      news.clear();
      say({ ready: true });
    });
    process.stdin.on('end', () => process.exit());
  },
};
await modes[mode]();
