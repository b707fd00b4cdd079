import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { anyOf, bytesOf, type Random, spoilt } from './random.js';

/** Records what a client of TLS sends first. */
async function clientHello(): Promise<Uint8Array> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

const HELLO = await clientHello();

/** The header of a record: its type, a version, and a length. */
const record = (type: number, body: Uint8Array, length = body.length) =>
  Buffer.concat([Uint8Array.of(type, 3, 1, length >> 8, length & 255), body]);

/** Ways to be hostile to TLS, each a piece of a stream. */
export const TLS: ((rnd: Random) => Uint8Array)[] = [
  () => HELLO,
  (rnd) => HELLO.subarray(0, rnd(HELLO.length)),
  (rnd) => spoilt(HELLO, rnd),
  (rnd) =>
    record(
      20 + rnd(5),
      bytesOf(rnd(300), () => rnd(256)),
      rnd(65_536),
    ),
  (rnd) => record(22, spoilt(HELLO.subarray(5), rnd)),
  (rnd) => bytesOf(1 + rnd(200), () => rnd(256)),
  (rnd) =>
    Buffer.from(anyOf(['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'ann\r\n', '\xff\xfd\x01'], rnd), 'latin1'),
];
