import { COMMAND, negotiationBytes, subnegotiationBytes } from '../../../streams/protocol/telnet-codec.js';
import { OPTION } from '../../transports/telnet/options.js';
import type { Dice } from './dice.js';
import { IN_A_ROW } from './said.js';

/** One action of a caller, and the time since the action before. */
export type Step = { readonly afterMs: number } & (
  | { readonly send: string | Uint8Array }
  | { readonly act: 'hangUp' | 'reset' | 'vanish' | 'stopReading' | 'read' }
);

/** The properties of a caller. */
interface Character {
  readonly handle: string;
  /** Whether the caller presses ESC when the gate asks for it. */
  readonly pressesEsc: boolean;
  readonly dice: Dice;
  /** Returns the next unique line: it contains the caller's number and a count. */
  readonly line: () => string;
}

/** The actions of a caller after the greeting. After the last one the caller stays and does nothing. */
export type Script = (who: Character) => Generator<Step, void>;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const WORDS = ['hello', 'who is here?', '漢字', 'é', '👋', 'x'.repeat(120), '\x1b[2J', '\t', '%s', 'a  b'];
const COMMANDS = [
  '/who',
  '/help',
  '/rooms',
  '/join garden',
  '/join lobby',
  '/idle',
  '/afk tea',
  '/last',
  '/time',
  '/ignore caller1',
  '/encoding cp437',
  '/encoding utf-8',
  '/nonsense',
  '//slash',
];

/** Types like a person: letter by letter, with a mistake now and then. */
function* typed(text: string, dice: Dice): Generator<Step, void> {
  const letterMs = dice.pick([60, 150, 400]);
  for (const letter of text) {
    if (dice.chance(0.04)) {
      yield { afterMs: dice.timeMs(letterMs), send: 'q' };
      yield { afterMs: dice.timeMs(3 * letterMs), send: '\x7f' };
    }
    yield { afterMs: dice.timeMs(letterMs), send: letter };
  }
  yield { afterMs: dice.timeMs(letterMs), send: dice.pick(['\r', '\r\n', '\r\0']) };
}

function* entered(text: string, afterMs: number, dice: Dice): Generator<Step, void> {
  if (dice.chance(0.3)) yield* typed(text, dice);
  else yield { afterMs, send: `${text}\r\n` };
}

function* logsIn({ handle, pressesEsc, dice }: Character): Generator<Step, void> {
  if (pressesEsc) yield { afterMs: dice.timeMs(2 * SECOND_MS), send: '\x1b\x1b' };
  if (dice.chance(0.1)) yield* entered(dice.pick(['', 'a', 'sysop', 'ann', '\x1b[31m']), 2 * SECOND_MS, dice);
  yield* entered(handle, dice.timeMs(5 * SECOND_MS), dice);
}

function* leaves({ dice }: Character): Generator<Step, void> {
  const afterMs = dice.timeMs(5 * SECOND_MS);
  if (dice.chance(0.5)) yield { afterMs, send: '/quit\r\n' };
  else if (dice.chance(0.8)) yield { afterMs, act: dice.pick(['hangUp', 'reset', 'vanish'] as const) };
}

function* person(who: Character): Generator<Step, void> {
  const { dice, line } = who;
  yield* logsIn(who);
  for (let turn = dice.int(0, 12); turn > 0; turn -= 1) {
    const afterMs = dice.timeMs(dice.pick([10 * SECOND_MS, MINUTE_MS, 8 * MINUTE_MS]));
    const what = dice.random();
    if (what < 0.5) yield* entered(`${line()} ${dice.pick(WORDS)}`, afterMs, dice);
    else if (what < 0.6) yield* entered(`/me ${line()}`, afterMs, dice);
    else if (what < 0.7) yield* entered(`/page caller${dice.int(0, 40)} ${line()}`, afterMs, dice);
    else if (what < 0.8)
      yield { afterMs, send: dice.pick(['\x1b[D', '\t', '\x0c', 'draft', '\x03', '\x15']) };
    else yield* entered(dice.pick(COMMANDS), afterMs, dice);
  }
  yield* leaves(who);
}

/** A script as the caller: sends everything at once, and ends its side of the connection. */
function* piper({ handle, pressesEsc, dice, line }: Character): Generator<Step, void> {
  const said = Array.from({ length: dice.int(0, 30) }, () => `${line()}${IN_A_ROW}`);
  const lines = [handle, ...said, ...(dice.chance(0.5) ? ['/quit'] : [])];
  yield { afterMs: dice.int(0, 100), send: `${pressesEsc ? '\x1b\x1b' : ''}${lines.join('\n')}\n` };
  yield { afterMs: dice.int(0, 100), act: 'hangUp' };
}

function* flooder(who: Character): Generator<Step, void> {
  const { dice, line } = who;
  if (dice.chance(0.6)) yield* logsIn(who);
  for (let burst = dice.int(1, 5); burst > 0; burst -= 1) {
    const flood = dice.pick([
      () => Array.from({ length: 100 }, line).join('\r\n'),
      () => '\r\n'.repeat(500),
      () => 'x'.repeat(5000),
      () => '\x00\xff\x1b'.repeat(1000),
      () => Buffer.concat(Array.from({ length: 400 }, () => negotiationBytes(COMMAND.DO, dice.int(50, 255)))),
    ]);
    yield { afterMs: dice.int(0, 500), send: flood() };
  }
  yield* leaves(who);
}

function* scanner({ dice }: Character): Generator<Step, void> {
  const probes = ['GET / HTTP/1.0\r\n\r\n', '\x16\x03\x01\x02\0\x01', 'root\r\nadmin\r\nsh\r\n', ''];
  yield { afterMs: dice.int(0, 2000), send: dice.pick(probes) };
  if (dice.chance(0.7))
    yield { afterMs: dice.timeMs(3 * SECOND_MS), act: dice.pick(['hangUp', 'reset'] as const) };
}

/** Sends a byte now and then, and never a line. */
function* trickler({ dice }: Character): Generator<Step, void> {
  for (let letter = dice.int(0, 60); letter > 0; letter -= 1)
    yield { afterMs: dice.timeMs(10 * SECOND_MS), send: 'x' };
}

/** Requests a lot of output, and doesn't read it. */
function* deaf(who: Character): Generator<Step, void> {
  const { dice } = who;
  yield* logsIn(who);
  yield { afterMs: SECOND_MS, act: 'stopReading' };
  for (let line = dice.int(10, 400); line > 0; line -= 1)
    yield { afterMs: dice.int(0, 300), send: dice.pick(['/help\r\n', '/who\r\n']) };
  if (dice.chance(0.5)) {
    yield { afterMs: dice.timeMs(MINUTE_MS), act: 'read' };
    yield* leaves(who);
  }
}

/** Sends malformed telnet. */
function* babbler(who: Character): Generator<Step, void> {
  const { dice } = who;
  const { IAC, SB, SE } = COMMAND;
  const noise = (): Uint8Array =>
    dice.pick([
      () => Uint8Array.of(IAC, SB, dice.int(0, 255)),
      () => Uint8Array.of(IAC, SE),
      () => Uint8Array.of(IAC),
      () =>
        negotiationBytes(dice.pick([COMMAND.DO, COMMAND.DONT, COMMAND.WILL, COMMAND.WONT]), dice.int(0, 255)),
      () => subnegotiationBytes(OPTION.NAWS, Uint8Array.of(dice.int(0, 255), dice.int(0, 255), 0)),
      () => subnegotiationBytes(OPTION.NAWS, Uint8Array.of(0, dice.int(0, 200), 0, dice.int(0, 60))),
      () => subnegotiationBytes(OPTION.TTYPE, Buffer.from('\0xterm\x1b]0;x')),
      () => Buffer.from(Array.from({ length: dice.int(1, 200) }, () => dice.int(0, 255))),
    ])();
  if (dice.chance(0.5)) yield* logsIn(who);
  for (let turn = dice.int(1, 40); turn > 0; turn -= 1) yield { afterMs: dice.timeMs(300), send: noise() };
  yield* leaves(who);
}

function* sleeper(who: Character): Generator<Step, void> {
  yield* logsIn(who);
}

function* silent(): Generator<Step, void> {}

/** All kinds of callers, with their percentages. */
const CHARACTERS: readonly (readonly [name: string, Script, of100: number])[] = [
  ['person', person, 46],
  ['piper', piper, 8],
  ['flooder', flooder, 6],
  ['scanner', scanner, 10],
  ['trickler', trickler, 4],
  ['deaf', deaf, 6],
  ['babbler', babbler, 8],
  ['sleeper', sleeper, 8],
  ['silent', silent, 4],
];

/** Picks a kind of caller by these percentages. */
export function anyCharacter(dice: Dice): { name: string; script: Script } {
  let left = dice.int(
    1,
    CHARACTERS.reduce((sum, [, , of100]) => sum + of100, 0),
  );
  for (const [name, script, of100] of CHARACTERS) {
    left -= of100;
    if (left <= 0) return { name, script };
  }
  throw new Error('more than all of them');
}
