import fc from 'fast-check';
import {
  COMMAND,
  commandBytes,
  escapeIac,
  negotiationBytes,
  SUBNEGOTIATION_LIMIT,
  subnegotiationBytes,
  type Verb,
} from '../../../streams/protocol/telnet-codec.js';
import { holds } from '../../support/holds.js';
import { feeding } from '../../support/telnet-words.js';

const { IAC, SB, SE, WILL, WONT, DO, DONT, NOP, AYT } = COMMAND;

/** The output of a decoder for these chunks: runs of data joined, the rest in words. */
function decode(...chunks: Uint8Array[]): (string | Uint8Array)[] {
  const found: (string | Uint8Array)[] = [];
  const feed = feeding({
    data(bytes) {
      const last = found.at(-1);
      if (last instanceof Uint8Array) found[found.length - 1] = Uint8Array.from([...last, ...bytes]);
      else found.push(Uint8Array.from(bytes));
    },
    command: (code) => found.push(`command ${code}`),
    negotiate: (verb, option) => found.push(`negotiate ${verb} ${option}`),
    subnegotiation: (option, payload) => found.push(`subnegotiation ${option} ${[...payload]}`),
    dropped: () => found.push('dropped'),
  });
  for (const chunk of chunks) feed(chunk);
  return found;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (words: string) => Uint8Array.from(words, (char) => char.charCodeAt(0));

/** Streams rich in telnet bytes, so that every state is reached. */
const streams = fc
  .uint8Array({ maxLength: 60 })
  .chain((noise) =>
    fc
      .array(fc.oneof(fc.constantFrom(IAC, SB, SE, WILL, DO, NOP, 31, 97), fc.nat(255)), { maxLength: 60 })
      .map((telling) => Uint8Array.from([...noise, ...telling])),
  );

/** A part of a stream, and the expected output for it. */
interface Said {
  readonly bytes: Uint8Array;
  readonly found: string | Uint8Array;
}
const COMMANDS = Array.from({ length: 256 }, (_, code) => code).filter(
  (code) => code >= COMMAND.EOR && code < SB && code !== SE,
);
const sayings: fc.Arbitrary<Said> = fc.oneof(
  fc.uint8Array({ minLength: 1 }).map((data) => ({ bytes: escapeIac(data), found: data })),
  fc
    .array(fc.constantFrom(IAC, 0, 240, 250), { minLength: 1, maxLength: 8 })
    .map((data) => ({ bytes: escapeIac(bytes(...data)), found: bytes(...data) })),
  fc.constantFrom(...COMMANDS).map((code) => ({ bytes: commandBytes(code), found: `command ${code}` })),
  fc.tuple(fc.constantFrom<Verb>(WILL, WONT, DO, DONT), fc.nat(255)).map(([verb, option]) => ({
    bytes: negotiationBytes(verb, option),
    found: `negotiate ${verb} ${option}`,
  })),
  fc.tuple(fc.nat(255), fc.uint8Array()).map(([option, payload]) => ({
    bytes: subnegotiationBytes(option, payload),
    found: `subnegotiation ${option} ${[...payload]}`,
  })),
);

/** Splits a stream at places that a property chose. */
function cutAt(stream: Uint8Array, cuts: number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((end, index) => stream.slice(at[index], end));
}

it('COMMAND has the numbers of RFC 854 and RFC 885', () => {
  const names = 'EOR SE NOP DM BRK IP AO AYT EC EL GA SB WILL WONT DO DONT IAC'.split(' ');
  expect(COMMAND).toEqual(Object.fromEntries(names.map((name, index) => [name, 239 + index])) as never);
});

describe('TelnetDecoder', () => {
  it('passes on a chunk without IAC as the same object', () => {
    const seen: Uint8Array[] = [];
    const nothing = () => {};
    const feed = feeding({
      data: (data) => seen.push(data),
      command: nothing,
      negotiate: nothing,
      subnegotiation: nothing,
      dropped: nothing,
    });
    const chunk = text('hello');

    feed(chunk);

    expect(seen.length).toBe(1);
    expect(seen[0]).toBe(chunk);
  });

  it('passes on a run between commands as a view, not a copy', () => {
    const seen: Uint8Array[] = [];
    const nothing = () => {};
    const feed = feeding({
      data: (data) => seen.push(data),
      command: nothing,
      negotiate: nothing,
      subnegotiation: nothing,
      dropped: nothing,
    });
    const chunk = bytes(97, IAC, NOP, 98, IAC, NOP, 99);

    feed(chunk);

    expect(seen).toEqual([bytes(97), bytes(98), bytes(99)]);
    expect(seen.every(({ buffer }) => buffer === chunk.buffer)).toBe(true);
  });

  it('passes on a run with doubled 0xFFs as one piece', () => {
    const seen: Uint8Array[] = [];
    const nothing = () => {};
    const feed = feeding({
      data: (data) => seen.push(data),
      command: nothing,
      negotiate: nothing,
      subnegotiation: nothing,
      dropped: nothing,
    });

    feed(bytes(IAC, NOP, 97, IAC, IAC, IAC, IAC, 98, IAC, IAC, IAC, NOP, 99));

    expect(seen).toEqual([bytes(97, IAC, IAC, 98, IAC), bytes(99)]);
  });

  it('emits nothing for an empty chunk', () => {
    expect(decode(bytes())).toEqual([]);
  });

  it('separates commands and negotiations from data', () => {
    expect(decode(bytes(97, IAC, NOP, 98, IAC, AYT, IAC, DO, 1, 99))).toEqual([
      text('a'),
      `command ${NOP}`,
      text('b'),
      `command ${AYT}`,
      `negotiate ${DO} 1`,
      text('c'),
    ]);
  });

  it('turns a doubled 0xFF into one', () => {
    expect(decode(bytes(97, IAC, IAC, 98))).toEqual([bytes(97, 255, 98)]);
  });

  it('reads a subnegotiation, with doubled 0xFFs turned into one', () => {
    expect(decode(bytes(IAC, SB, 31, 0, 80, IAC, IAC, 24, IAC, SE, 97))).toEqual([
      'subnegotiation 31 0,80,255,24',
      text('a'),
    ]);
  });

  it('reads a subnegotiation up to the limit, and drops a longer one whole', () => {
    const ofLength = (length: number) =>
      decode(bytes(IAC, SB, 31, ...new Array(length).fill(7), IAC, SE, 97));

    expect(ofLength(SUBNEGOTIATION_LIMIT)[0]).toMatch(/^subnegotiation 31 7,7,/);
    expect(ofLength(SUBNEGOTIATION_LIMIT + 1)).toEqual(['dropped', text('a')]);
  });

  it('drops a subnegotiation interrupted by another command, and reads that command', () => {
    expect(decode(bytes(IAC, SB, 31, 0, IAC, DO, 1, 97))).toEqual([
      'dropped',
      `negotiate ${DO} 1`,
      text('a'),
    ]);
    expect(decode(bytes(IAC, SB, 31, 0, IAC, SB, 31, 1, IAC, SE))).toEqual([
      'dropped',
      'subnegotiation 31 1',
    ]);
  });

  it('drops a subnegotiation without an option, and reads what follows', () => {
    expect(decode(bytes(IAC, SB, IAC, SE, 97))).toEqual(['dropped', text('a')]);
    expect(decode(bytes(IAC, SB, IAC, DO, 1, 97))).toEqual(['dropped', `negotiate ${DO} 1`, text('a')]);
    expect(decode(bytes(IAC, SB, IAC, IAC, 1, IAC, SE))).toEqual(['subnegotiation 255 1']);
  });

  it('counts a subnegotiation that is too long and interrupted once, and reads the next', () => {
    const long = new Array(SUBNEGOTIATION_LIMIT + 1).fill(7);

    expect(decode(bytes(IAC, SB, 31, ...long, IAC, NOP, IAC, SB, 31, 1, IAC, SE))).toEqual([
      'dropped',
      `command ${NOP}`,
      'subnegotiation 31 1',
    ]);
  });

  it('keeps nothing of a subnegotiation for the next', () => {
    expect(decode(bytes(IAC, SB, 31, 1, IAC, SE, IAC, SB, 31, 2, IAC, SE))).toEqual([
      'subnegotiation 31 1',
      'subnegotiation 31 2',
    ]);
  });

  it('ignores a misplaced SE, and unknown codes', () => {
    expect(decode(bytes(97, IAC, SE, 98, IAC, 236, 99))).toEqual([text('abc')]);
  });

  it('takes a letter after an IAC for data, when the DM between went as urgent data', () => {
    expect(decode(bytes(IAC, ...text('bobby')))).toEqual([text('bobby')]);
    expect(decode(bytes(IAC, 235))).toEqual([bytes(235)]);
    expect(decode(bytes(IAC), text('bobby'))).toEqual([text('bobby')]);
  });

  for (const [name, stream] of Object.entries({
    'a login between commands': [IAC, NOP, ...text('ann\r\n'), IAC, AYT, IAC, DO, 1, ...text('/who\r\n')],
    'doubled 0xFFs': [IAC, IAC, 97, IAC, IAC, IAC, IAC, IAC, NOP],
    'window sizes': [IAC, WILL, 31, IAC, SB, 31, 0, 80, IAC, IAC, 24, IAC, SE, 97, IAC, SB, 31, IAC, SE],
    'malformed subnegotiations': [IAC, SB, IAC, SE, 97, IAC, SB, 31, 0, IAC, SB, 1, 2, IAC, DO, 1, IAC, SE],
  })) {
    it(`reads the same wherever ${name} is split into two or three, or byte by byte`, () => {
      const whole = Uint8Array.from(stream);
      const expected = decode(whole);
      expect(decode(...stream.map((byte) => bytes(byte)))).toEqual(expected);
      for (let first = 0; first <= whole.length; first += 1) {
        for (let second = first; second <= whole.length; second += 1) {
          const parts = [whole.slice(0, first), whole.slice(first, second), whole.slice(second)];
          expect(decode(...parts))
            .withContext(`cut at ${first} and ${second}`)
            .toEqual(expected);
        }
      }
    });
  }

  it('reads a long subnegotiation the same however it is split', () => {
    const stream = bytes(IAC, SB, 31, ...new Array(SUBNEGOTIATION_LIMIT - 1).fill(7), IAC, IAC, IAC, SE);
    const whole = decode(stream);

    expect(decode(...Array.from(stream, (byte) => bytes(byte)))).toEqual(whole);
    expect(whole[0]).toMatch(/^subnegotiation 31 7,.*,255$/);
  });

  it('reads any stream the same however it is split', () => {
    holds(
      fc.property(streams, fc.array(fc.nat(120)), (stream, cuts) => {
        const chunks = cutAt(stream, cuts);
        const [whole, cut] = [JSON.stringify(decode(stream)), JSON.stringify(decode(...chunks))];
        if (whole !== cut) throw new Error(`${whole} became ${cut}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('returns whatever was encoded, all bytes of it, however it is split', () => {
    holds(
      fc.property(fc.array(sayings), fc.array(fc.nat(2000)), (said, cuts) => {
        const expected: (string | Uint8Array)[] = [];
        for (const { found } of said) {
          const last = expected.at(-1);
          if (found instanceof Uint8Array && last instanceof Uint8Array) {
            expected[expected.length - 1] = Uint8Array.from([...last, ...found]);
          } else expected.push(found);
        }
        const stream = Buffer.concat(said.map((part) => part.bytes));
        const found = decode(...cutAt(stream, cuts));
        if (JSON.stringify(found) !== JSON.stringify(expected)) {
          throw new Error(`${JSON.stringify(expected)} became ${JSON.stringify(found)}`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('returns each of the 256 bytes, as data, as an option, and in a subnegotiation', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      expect(decode(escapeIac(bytes(byte)))).toEqual([bytes(byte)]);
      expect(decode(negotiationBytes(DO, byte))).toEqual([`negotiate ${DO} ${byte}`]);
      expect(decode(subnegotiationBytes(byte, bytes(byte, byte)))).toEqual([
        `subnegotiation ${byte} ${byte},${byte}`,
      ]);
    }
  });

  it('never changes a subnegotiation after it was passed on', () => {
    const heard: Uint8Array[] = [];
    const nothing = () => {};
    const feed = feeding({
      data: nothing,
      command: nothing,
      negotiate: nothing,
      subnegotiation: (_, payload) => heard.push(payload),
      dropped: nothing,
    });

    feed(subnegotiationBytes(31, bytes(0, 80, 0, 24)));
    feed(subnegotiationBytes(31, bytes(1, 2, 3, 4)));

    expect(heard).toEqual([bytes(0, 80, 0, 24), bytes(1, 2, 3, 4)]);
  });

  it('passes on a flood of doubled 0xFFs as one piece', () => {
    let pieces = 0;
    const nothing = () => {};
    const feed = feeding({
      data: () => {
        pieces += 1;
      },
      command: nothing,
      negotiate: nothing,
      subnegotiation: nothing,
      dropped: nothing,
    });

    feed(new Uint8Array(65_536).fill(IAC));

    expect(pieces).toBe(1);
  });
});

describe('the encoders', () => {
  it('encode a command as an IAC and its code', () => {
    expect(commandBytes(AYT)).toEqual(bytes(IAC, AYT));
  });

  it('encode a negotiation as an IAC, the verb and the option, which is never doubled', () => {
    expect(negotiationBytes(WILL, 31)).toEqual(bytes(IAC, WILL, 31));
    expect(negotiationBytes(DONT, 255)).toEqual(bytes(IAC, DONT, 255));
  });

  it('encode a subnegotiation between IAC SB and IAC SE, with its 0xFFs doubled', () => {
    expect(subnegotiationBytes(31, bytes(0, 255, 240))).toEqual(
      bytes(IAC, SB, 31, 0, 255, 255, 240, IAC, SE),
    );
    expect(subnegotiationBytes(255, bytes())).toEqual(bytes(IAC, SB, 255, 255, IAC, SE));
  });
});

describe('escapeIac', () => {
  it('returns the same object when there is nothing to escape', () => {
    const data = text('hello');

    expect(escapeIac(data)).toBe(data);
  });

  it('doubles every 0xFF', () => {
    expect(escapeIac(bytes(255, 1, 255, 255))).toEqual(bytes(255, 255, 1, 255, 255, 255, 255));
  });

  it('doubles every 0xFF between long runs and short ones', () => {
    const data = Buffer.from(Array.from({ length: 2000 }, (_, at) => (at % 7 === 0 || at > 300 ? at : 255)));
    const doubled = data.toString('latin1').replaceAll('\xff', '\xff\xff');
    expect(Buffer.from(escapeIac(data)).toString('latin1')).toBe(doubled);
  });
});
