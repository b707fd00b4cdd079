import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client } from 'ssh2';
import { anyOf, bytesOf, type Random, spoilt } from './random.js';

/** Records what a client of SSH sends first: its version, and what it can do (RFC 4253, 4.2 and 7.1). */
async function clientFirst(): Promise<Uint8Array> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new Client();
  client.on('error', () => {});
  client.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', username: 'x' });
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.write('SSH-2.0-recorder\r\n');
  const recorded: Buffer[] = [];
  socket.on('data', (bytes) => recorded.push(bytes));
  while (Buffer.concat(recorded).length < 500) await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return Buffer.concat(recorded);
}

const FIRST = await clientFirst();
const VERSION = FIRST.subarray(0, FIRST.indexOf(10) + 1);
const KEXINIT = FIRST.subarray(VERSION.length);

/** A packet before there are keys: its length, its padding, a message (RFC 4253, 6). */
function packet(body: Uint8Array, length = body.length + 1 + 8): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length >>> 0);
  head[4] = 8;
  return Buffer.concat([head, body, Buffer.alloc(8)]);
}

/** Ways to be hostile to SSH, each a piece of a stream. */
export const SSH: ((rnd: Random) => Uint8Array)[] = [
  () => VERSION,
  () => FIRST,
  (rnd) => FIRST.subarray(0, rnd(FIRST.length)),
  (rnd) => Buffer.concat([VERSION, spoilt(KEXINIT, rnd)]),
  (rnd) => spoilt(FIRST, rnd),
  (rnd) => packet(Uint8Array.of(rnd(256), ...bytesOf(rnd(300), () => rnd(256)))),
  (rnd) =>
    packet(
      bytesOf(rnd(40), () => rnd(256)),
      rnd(2 ** 32),
    ),
  (rnd) => Buffer.from(`SSH-${anyOf(['2.0', '1.99', '1.5', '9'], rnd)}-${'x'.repeat(rnd(600))}\r\n`),
  (rnd) => bytesOf(1 + rnd(200), () => rnd(256)),
  () => Buffer.from('ann\r\n'),
];
