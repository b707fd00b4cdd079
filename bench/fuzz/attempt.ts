import type { Dice } from '../../lib/testing/simulation/dice.js';
import { bytesOf } from '../../spec/support/telnet-words.js';

/** The most that an attempt sends. */
const ATTEMPT_BYTES = 64 * 1024;

/** A piece of input, and how often it is repeated. */
interface Run {
  readonly piece: string;
  readonly times: number;
}

/** Input that one caller sends: JSON, so that a line of output is enough to try it again. */
export interface Attempt {
  /** Before the login, or in a room with a hundred others. */
  readonly where: 'login' | 'room';
  /** What the client says of itself before it begins. */
  readonly client: readonly string[];
  /** Sent once. */
  readonly first: readonly Run[];
  /** Sent again and again, until 64 KiB are reached. */
  readonly again: readonly Run[];
  /** How many packets all of it is cut into. */
  readonly packets: number;
  /** Whether the caller reads what comes. */
  readonly reads: boolean;
  /** What the others in the room have half typed. */
  readonly typed: readonly Run[];
}

/** The same number of bytes as plain text: what every attempt is compared with. */
export const plainText = (where: Attempt['where']): Attempt => ({
  where,
  client: CLIENTS[1] ?? [],
  first: [],
  again: [{ piece: 'x', times: ATTEMPT_BYTES }],
  packets: 1,
  reads: true,
  typed: [],
});

const CLIENTS: readonly (readonly string[])[] = [
  [],
  ['DO ECHO', 'DO SGA', 'WILL TTYPE', 'SB TTYPE 0 "xterm"'],
  ['DO ECHO', 'DO SGA', 'WILL TTYPE', 'SB TTYPE 0 "ansi-bbs"'],
  ['DO ECHO', 'WILL NAWS', 'SB NAWS 0 1 0 1', 'WILL TTYPE', 'SB TTYPE 0 "xterm"'],
  ['DO ECHO', 'WILL NAWS', 'SB NAWS 0 2 0 24', 'WILL TTYPE', 'SB TTYPE 0 "dumb"'],
  ['DO ECHO', 'WILL NAWS', 'SB NAWS 3 232 3 232', 'WILL TTYPE', 'SB TTYPE 0 "xterm"'],
  ['DONT ECHO', 'WILL TTYPE', 'SB TTYPE 0 "MUDLET"', 'SB TTYPE 0 "ANSI"', 'SB TTYPE 0 "MTTS 2349"'],
];

const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).concat(
  '\x7f',
  '\x85',
  '\x9b',
);

/** Letters of all kinds: wide, narrow, joined, stacked, cut, and those that are none. */
const LETTERS = [
  ...[
    'a',
    'x',
    ' ',
    'é',
    'ß',
    'ﬁ',
    '字',
    'ｶ',
    '한',
    '\u1100',
    '\u1161',
    '\u11a8',
    'क',
    '\u094d',
    'ा',
    '்',
    'ก',
    '\u0e33',
  ],
  ...[
    '\u0301',
    '\u0300\u0323',
    '\u20dd',
    '\u200d',
    '\u200c',
    '\ufe0f',
    '\u0600',
    '\u00ad',
    '\u2060',
    '\u202e',
    '\u2028',
  ],
  ...[
    '🙂',
    '🇩',
    '🇩🇪',
    '👩‍👩‍👧‍👦',
    '👍🏽',
    '\u{1f3fb}',
    '\u{e0061}',
    '\u{e007f}',
    '\u{1f1e6}',
    '𐍈',
    '\ud800',
    '\ufffd',
  ],
];
const KEYS = [
  '\x1b[A',
  '\x1b[B',
  '\x1b[C',
  '\x1b[D',
  '\x1b[H',
  '\x1b[F',
  '\x1b[3~',
  '\x1b[5~',
  '\x1bOA',
  '\x1b[1;5C',
];
const SEQUENCES = [
  '\x1b\x1b',
  '\x1b[',
  '\x1b[9999;9999',
  '\x1b]0;',
  '\x1bP',
  '\x1b[200~',
  '\x1b[M   ',
  '\x1b[K',
  '\x1b[@',
];
const LINES = ['\r\n', '\n', '\r\0', '\r'];
const WORDS = [
  ...[
    'sysop',
    'ann',
    'u',
    'q ',
    '/who',
    '/last',
    '/help',
    '/time',
    '/rooms',
    '/me ',
    '/join ',
    '/page ann ',
    '/afk ',
    '/back',
  ],
  ...[
    '/nothing',
    'who',
    'listener7',
    'hi',
    '* ',
    '/',
    '//',
    'GET / HTTP/1.1',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 2',
    'MSSP-REQUEST',
  ],
];
const TELNET = [
  ...['NOP', 'AYT', 'GA', 'EC', 'EL', 'AO', 'IP', 'BRK', 'DM', 'EOR', 'SE'],
  ...['DO', 'DONT', 'WILL', 'WONT'].flatMap((verb) =>
    ['BINARY', 'ECHO', 'SGA', 'TIMING_MARK', 'TTYPE', 'NAWS', 'CHARSET', 'MSSP', '99'].map(
      (option) => `${verb} ${option}`,
    ),
  ),
  ...[
    'SB NAWS 0 1 0 1',
    'SB NAWS 0 80 0 24',
    'SB NAWS 3 232 0 24',
    'SB TTYPE 0 "xterm"',
    'SB TTYPE 0 "MTTS 2303"',
  ],
  ...[
    'SB CHARSET 1 ";UTF-8;CP437"',
    'SB CHARSET 2 "UTF-8"',
    'SB CHARSET 2 "CP437"',
    'SB 201 "Core.Hello {}"',
  ],
];

/** What input is made of: text as it is, telnet's phrases behind an `IAC `, single bytes in hex behind a `#`. */
const PIECES: readonly (readonly string[])[] = [
  controls,
  LETTERS,
  [...KEYS, ...SEQUENCES],
  LINES,
  WORDS,
  TELNET.map((phrase) => `IAC ${phrase}`),
  ['#c3', '#e2 82', '#f0 9f', '#ff', '#80', '#fe', '#f8 88 80 80'],
];

function pieceBytes(piece: string): Uint8Array {
  if (piece.startsWith('IAC ')) return bytesOf(piece.slice(4));
  if (/^#[\da-f]/.test(piece)) return Buffer.from(piece.slice(1).replaceAll(' ', ''), 'hex');
  return Buffer.from(piece);
}

/** The bytes of runs, no more than that many. */
function runBytes(runs: readonly Run[], limit: number): Buffer {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const { piece, times } of runs) {
    const bytes = pieceBytes(piece);
    for (let time = 0; time < times && length < limit; time += 1) {
      pieces.push(bytes);
      length += bytes.length;
    }
  }
  return Buffer.concat(pieces).subarray(0, limit);
}

/** What an attempt sends, in packets. */
export function packetsOf({ first, again, packets }: Attempt): Buffer[] {
  const head = runBytes(first, ATTEMPT_BYTES);
  const unit = runBytes(again, ATTEMPT_BYTES);
  const rest = ATTEMPT_BYTES - head.length;
  const bytes = unit.length === 0 ? head : Buffer.concat([head, Buffer.alloc(rest, unit)]);
  const size = Math.max(1, Math.ceil(bytes.length / packets));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
}

/** What was half typed, as bytes. */
export const typedBytes = ({ typed }: Attempt): Buffer => runBytes(typed, TYPED_BYTES);
const TYPED_BYTES = 2048;

const times = (dice: Dice) => Math.floor(2 ** (dice.random() * 11));
const run = (dice: Dice): Run => ({ piece: dice.pick(dice.pick(PIECES)), times: times(dice) });
const runs = (dice: Dice, most: number): Run[] => Array.from({ length: dice.int(0, most) }, () => run(dice));
const halfTyped = (dice: Dice): Run[] => [
  { piece: dice.pick(LETTERS), times: times(dice) },
  ...runs(dice, 1),
];
const MAX_RUNS = 6;

/** An attempt that resembles none before. */
export const drawn = (dice: Dice): Attempt => ({
  where: dice.pick(['login', 'room']),
  client: dice.pick(CLIENTS),
  first: runs(dice, 3),
  again: dice.chance(0.1) ? [] : [run(dice), ...runs(dice, 3)],
  packets: dice.pick([1, 1, 1, 2, 7, 64]),
  reads: dice.chance(0.8),
  typed: dice.chance(0.5) ? halfTyped(dice) : [],
});

/** An attempt that differs a little. */
export function changed(attempt: Attempt, dice: Dice): Attempt {
  const fresh = drawn(dice);
  const now = dice.pick<keyof Attempt>([
    ...(['first', 'first', 'first', 'again', 'again', 'again', 'again'] as const),
    ...(['typed', 'client', 'packets', 'where', 'reads'] as const),
  ]);
  if (now === 'first' || now === 'again') return { ...attempt, [now]: changedRuns(attempt[now], dice) };
  return { ...attempt, [now]: fresh[now] };
}

function changedRuns(old: readonly Run[], dice: Dice): Run[] {
  const made = [...old];
  const at = dice.int(0, Math.max(0, made.length - 1));
  const there = made[at];
  const how = dice.pick(['insert', 'remove', 'piece', 'times', 'times', 'swap']);
  if (!there || (how === 'insert' && made.length < MAX_RUNS)) made.splice(at, 0, run(dice));
  else if (how === 'remove') made.splice(at, 1);
  else if (how === 'piece') made[at] = { ...there, piece: run(dice).piece };
  else if (how === 'times')
    made[at] = { ...there, times: Math.max(1, Math.round(there.times * dice.pick([0.5, 2, 0.9, 1.1]))) };
  else made.push(...made.splice(at, 1));
  return made;
}
