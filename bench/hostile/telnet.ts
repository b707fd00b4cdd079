import { anyOf, bytesOf, type Random, spoilt } from './random.js';

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

/** Ways to be hostile to telnet, each a piece of a stream. */
export const TELNET: ((rnd: Random) => Uint8Array)[] = [
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
  (rnd) => spoilt(anyOf(REAL, rnd), rnd),
];
