/**
 * The servers that `npm run bench` compares, each in a process of its own: `bare` is node:net that greets and echoes, and does
 * nothing else; `telnetlib` the same as its README has it, but for greeting at once; `impulse` the built board through its public
 * API, with every limit in force and too high to bite. Plain JavaScript, so that no loader's helpers are measured. Ends
 * with its parent.
 *
 *     node --expose-gc bench/speed/server.mjs bare|telnetlib|impulse
 */
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

const GREETING = 'Welcome to the board. Say something.\n';
const NEWS = 'The same line for everybody who is on line at the moment.';
const GOODBYE = 'The board is going down. Goodbye!';

const ignore = () => {};

async function bare() {
  const sockets = new Set();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', ignore);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => socket.write(bytes));
    socket.write(GREETING);
  });
  return {
    port: await listening(server),
    callers: () => sockets.size,
    tell() {
      for (const socket of sockets) socket.write(`${NEWS}\r\n`);
    },
    leave() {
      server.close();
      for (const socket of sockets) socket.end(`${GOODBYE}\r\n`);
    },
  };
}

async function telnetlib() {
  const { default: lib } = await import('telnetlib');
  const { ECHO, SGA, NAWS } = lib.options;
  const sockets = new Set();
  const server = lib.createServer({ localOptions: [ECHO, SGA], remoteOptions: [NAWS] }, (caller) => {
    sockets.add(caller);
    caller.on('error', ignore);
    caller.on('end', () => sockets.delete(caller));
    caller.on('data', (bytes) => caller.write(bytes));
    caller.write(GREETING);
  });
  return {
    port: await listening(server),
    callers: () => sockets.size,
    tell() {
      for (const caller of sockets) caller.write(`${NEWS}\r\n`);
    },
    leave() {
      server.close();
      for (const caller of sockets) caller.end(`${GOODBYE}\r\n`);
    },
  };
}

async function impulse() {
  const { createImpulse } = await import('../../dist/lib/index.js');
  const { concatWith, endWith, filter, firstValueFrom, map, of, takeWhile } = await import('rxjs');
  const often = { count: 1_000_000, perMs: 1000, burst: 1_000_000 };
  let logins = 0;
  const board = createImpulse({
    port: 0,
    maxSessions: 100_000,
    maxUnauthenticated: { start: 100_000, rate: 30, full: 200_000 },
    maxPerAddress: 100_000,
    connectionRate: often,
    connectionRatePerAddress: often,
    inputRate: 1024 ** 3,
    sessionLimitMs: 86_400_000,
    shutdownGraceMs: 1500,
    authenticate() {
      logins += 1;
      return of({ handle: `caller ${logins}` });
    },
    app(session) {
      session.write(GREETING);
      return session.line$.pipe(
        takeWhile((line) => line !== 'bytes'),
        map((line) => `${line}\n`),
        // An echo of bytes, as the bare server is from the start.
        endWith('bytes\n'),
        concatWith(session.byte$),
      );
    },
  });
  const events = {};
  board.event$.subscribe(({ type }) => {
    events[type] = (events[type] ?? 0) + 1;
  });
  const { port } = await board.start();
  return {
    port,
    callers: () => board.sessions.size,
    tell: () => board.broadcast(NEWS),
    /** Shuts down. The clock starts when the grace period is over and callers are disconnected. */
    leave() {
      board.shutdown('bench');
      return firstValueFrom(board.event$.pipe(filter(({ type }) => type === 'sessionClosing')));
    },
  };
}

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return server.address().port;
}

const server = await { bare, telnetlib, impulse }[process.argv[2]]();
const delay = monitorEventLoopDelay({ resolution: 1 });

const orders = {
  /** Memory after collection, and what the process has cost so far. */
  figures() {
    for (let time = 0; time < 3; time += 1) globalThis.gc?.();
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return { rss, heapUsed, external, arrayBuffers, cpuUs: user + system, callers: server.callers() };
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system };
  },
  watch() {
    delay.reset();
    delay.enable();
    return {};
  },
  /** The longest that the loop was late since `watch`. */
  async blocked() {
    // The histogram learns of a block by the sample behind it.
    await wait(50);
    delay.disable();
    return { blockedMs: Math.max(0, delay.max / 1e6) };
  },
  tell() {
    const atNs = Number(process.hrtime.bigint());
    server.tell();
    return { atNs };
  },
  async leave() {
    const atNs = Number(process.hrtime.bigint());
    const begins = server.leave();
    if (!begins) return { atNs };
    await begins;
    return { atNs: Number(process.hrtime.bigint()) };
  },
};

process.on('message', async (order) => process.send(await orders[order]()));
process.on('disconnect', () => process.exit());
process.send({ port: server.port });
