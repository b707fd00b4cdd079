/**
 * A server of one transport, in a process of its own: the bare library, or the built board with every rule of
 * admission off. It greets each caller, and sends each line back. Plain JavaScript, so that no loader's helpers are
 * measured. Tells its parent its port, and its memory when asked.
 *
 *     CERT=… KEY=… node --expose-gc bench/doors/server.mjs bare|board telnet|tls|ssh|web
 */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { map, of } from 'rxjs';
import ssh2 from 'ssh2';
import { WebSocketServer } from 'ws';
import { createImpulse, ssh, telnet, tls, web } from '../../dist/lib/index.js';

const GREETING = 'Welcome to the board. Say something.\r\n';
const { CERT: cert, KEY: key } = process.env;
const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519');

function serveShell(client) {
  client.on('error', () => {});
  client.on('authentication', (attempt) => attempt.accept());
  client.on('session', (accept) => accept().on('shell', (acceptShell) => greetAndEcho(acceptShell())));
}

const listening = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });

function greetAndEcho(socket) {
  socket.on('error', () => {});
  socket.write(GREETING);
  socket.on('data', (bytes) => socket.write(bytes));
}

const BARE = {
  ssh() {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, serveShell);
    // Its own listener leaves Nagle's algorithm on: a handshake takes 120 ms.
    return listening(createServer({ noDelay: true }, (socket) => server.injectSocket(socket)));
  },
  telnet: () => listening(createServer({ noDelay: true }, greetAndEcho)),
  tls: () => listening(createTlsServer({ cert, key, minVersion: 'TLSv1.2', noDelay: true }, greetAndEcho)),
  web: () => {
    const server = createHttpServer();
    new WebSocketServer({ server, maxPayload: 64 * 1024, clientTracking: false }).on(
      'connection',
      (socket) => {
        socket.on('error', () => {});
        socket.send(Buffer.from(GREETING));
        socket.on('message', (bytes) => socket.send(bytes));
      },
    );
    return listening(server);
  },
};

const LISTENERS = {
  ssh: () => ssh({ port: 0, hostKey }),
  telnet: () => telnet({ port: 0 }),
  tls: () => tls({ port: 0, certificate$: of({ cert, key }) }),
  web: () => web({ port: 0 }),
};

async function board(transport) {
  const impulse = createImpulse({
    app: (session) => {
      session.write(GREETING);
      return session.line$.pipe(map((line) => `${line}\n`));
    },
    listeners: [LISTENERS[transport]()],
    maxSessions: 100_000,
    maxUnauthenticated: null,
    maxPerAddress: null,
    connectionRate: null,
    connectionRatePerAddress: null,
    penalties: false,
  });
  return (await impulse.start()).port;
}

const [, , kind, transport] = process.argv;
const port = await (kind === 'bare' ? BARE[transport]() : board(transport));
process.on('message', () => {
  for (let count = 0; count < 3; count += 1) globalThis.gc();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  // Without the free part of the heap, which is garbage of the past.
  process.send({ residentBytes: rss - heapTotal + heapUsed });
});
process.on('disconnect', () => process.exit());
process.send({ port });
