import { anyOf, bytesOf, type Random, spoilt } from './random.js';

const UPGRADE = Buffer.from(
  [
    'GET /?session=new HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: terminal.mudstandards.org',
    '\r\n',
  ].join('\r\n'),
);

/** A frame as a client sends it: masked (RFC 6455, 5.2). */
function frame(first: number, payload: Uint8Array, length = payload.length): Uint8Array {
  const head = length < 126 ? [first, 128 | length] : [first, 254, (length >> 8) & 255, length & 255];
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Uint8Array.from(head), Buffer.alloc(4), payload]);
}

const TEXTS = [
  'Impulse.Window {"columns":80,"rows":24}',
  'Impulse.Window {"columns":1e9,"rows":-1}',
  'Impulse.Ack {"bytes":999999999}',
  'Impulse.Ack {"bytes":"x"}',
  'Impulse.Resume {"token":"AAAAAAAAAAAAAAAAAAAAAA","received":0}',
  'Core.Hello {"client":"x"}',
  'Core.Ping',
  'Core.Supports.Set [',
];

const garbage = (rnd: Random, most: number) => bytesOf(rnd(most), () => rnd(256));

/** Ways to be hostile to a web server and its WebSockets, each a piece of a stream. */
export const WEB: ((rnd: Random) => Uint8Array)[] = [
  () => UPGRADE,
  () => UPGRADE,
  (rnd) => UPGRADE.subarray(0, rnd(UPGRADE.length)),
  (rnd) => spoilt(UPGRADE, rnd),
  (rnd) =>
    Buffer.from(
      `${anyOf(['GET', 'HEAD', 'POST', 'X'], rnd)} /${'a'.repeat(rnd(3000))} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ),
  (rnd) => Buffer.from(`GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(rnd(400))}`),
  (rnd) => frame(0x82, garbage(rnd, 120)),
  (rnd) => frame(0x81, Buffer.from(anyOf(TEXTS, rnd))),
  (rnd) =>
    Buffer.concat(
      Array.from({ length: rnd(400) }, () => frame(anyOf([0x02, 0x00, 0x80], rnd), garbage(rnd, 3))),
    ),
  (rnd) => frame(rnd(256), garbage(rnd, 120), rnd(65_536)),
  (rnd) => frame(anyOf([0x89, 0x8a, 0x88], rnd), garbage(rnd, 125)),
  (rnd) => garbage(rnd, 200),
];
