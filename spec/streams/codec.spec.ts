import fc from 'fast-check';
import { COMMAND, escapeIac, SUBNEGOTIATION_LIMIT, telnetDecoder } from '../../streams/codec.js';
import { holds } from '../support/holds.js';

const { IAC, SB, SE, WILL, DO, NOP, AYT } = COMMAND;

/** What a decoder made of a stream that came in these chunks: runs of data joined, the rest in words. */
function decode(...chunks: Uint8Array[]): (string | Uint8Array)[] {
  const found: (string | Uint8Array)[] = [];
  const feed = telnetDecoder({
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

/** Streams that are half made of telnet's own bytes, so that every state is reached. */
const streams = fc
  .uint8Array({ maxLength: 60 })
  .chain((noise) =>
    fc
      .array(fc.oneof(fc.constantFrom(IAC, SB, SE, WILL, DO, NOP, 31, 97), fc.nat(255)), { maxLength: 60 })
      .map((telling) => Uint8Array.from([...noise, ...telling])),
  );

describe('telnetDecoder', () => {
  it('hands on a chunk without IAC untouched, the same object', () => {
    const seen: Uint8Array[] = [];
    const nothing = () => {};
    const feed = telnetDecoder({
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

  it('hands on a run between commands as a part of the chunk, not a copy', () => {
    const seen: Uint8Array[] = [];
    const nothing = () => {};
    const feed = telnetDecoder({
      data: (data) => seen.push(data),
      command: nothing,
      negotiate: nothing,
      subnegotiation: nothing,
      dropped: nothing,
    });
    const chunk = bytes(97, IAC, NOP, 98, IAC, IAC, 99);

    feed(chunk);

    expect(seen).toEqual([bytes(97), bytes(98), bytes(IAC, 99)]);
    expect(seen.every(({ buffer }) => buffer === chunk.buffer)).toBe(true);
  });

  it('makes nothing of nothing', () => {
    expect(decode(bytes())).toEqual([]);
  });

  it('takes commands and negotiations out of the data', () => {
    expect(decode(bytes(97, IAC, NOP, 98, IAC, AYT, IAC, DO, 1, 99))).toEqual([
      text('a'),
      `command ${NOP}`,
      text('b'),
      `command ${AYT}`,
      `negotiate ${DO} 1`,
      text('c'),
    ]);
  });

  it('makes one 0xFF of a doubled one', () => {
    expect(decode(bytes(97, IAC, IAC, 98))).toEqual([bytes(97, 255, 98)]);
  });

  it('hears a subnegotiation, doubled 0xFFs in it made one', () => {
    expect(decode(bytes(IAC, SB, 31, 0, 80, IAC, IAC, 24, IAC, SE, 97))).toEqual([
      'subnegotiation 31 0,80,255,24',
      text('a'),
    ]);
  });

  it('hears a subnegotiation as long as the limit, and drops a longer one whole', () => {
    const ofLength = (length: number) =>
      decode(bytes(IAC, SB, 31, ...new Array(length).fill(7), IAC, SE, 97));

    expect(ofLength(SUBNEGOTIATION_LIMIT)[0]).toMatch(/^subnegotiation 31 7,7,/);
    expect(ofLength(SUBNEGOTIATION_LIMIT + 1)).toEqual(['dropped', text('a')]);
  });

  it('drops a subnegotiation that is broken off by another command, and hears that', () => {
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

  it('drops a subnegotiation without an option, and hears what follows it', () => {
    expect(decode(bytes(IAC, SB, IAC, SE, 97))).toEqual(['dropped', text('a')]);
    expect(decode(bytes(IAC, SB, IAC, DO, 1, 97))).toEqual(['dropped', `negotiate ${DO} 1`, text('a')]);
    expect(decode(bytes(IAC, SB, IAC, IAC, 1, IAC, SE))).toEqual(['subnegotiation 255 1']);
  });

  it('counts a subnegotiation that is too long and broken off once, and hears the next', () => {
    const long = new Array(SUBNEGOTIATION_LIMIT + 1).fill(7);

    expect(decode(bytes(IAC, SB, 31, ...long, IAC, NOP, IAC, SB, 31, 1, IAC, SE))).toEqual([
      'dropped',
      `command ${NOP}`,
      'subnegotiation 31 1',
    ]);
  });

  it('keeps nothing of one subnegotiation for the next', () => {
    expect(decode(bytes(IAC, SB, 31, 1, IAC, SE, IAC, SB, 31, 2, IAC, SE))).toEqual([
      'subnegotiation 31 1',
      'subnegotiation 31 2',
    ]);
  });

  it('makes nothing of an SE out of place, or of a code that is none', () => {
    expect(decode(bytes(97, IAC, SE, 98, IAC, 7, 99))).toEqual([text('abc')]);
  });

  for (const [name, stream] of Object.entries({
    'a login between commands': [IAC, NOP, ...text('ann\r\n'), IAC, AYT, IAC, DO, 1, ...text('/who\r\n')],
    'doubled 0xFFs': [IAC, IAC, 97, IAC, IAC, IAC, IAC, IAC, NOP],
    'window sizes': [IAC, WILL, 31, IAC, SB, 31, 0, 80, IAC, IAC, 24, IAC, SE, 97, IAC, SB, 31, IAC, SE],
    'subnegotiations that go wrong': [
      IAC,
      SB,
      IAC,
      SE,
      97,
      IAC,
      SB,
      31,
      0,
      IAC,
      SB,
      1,
      2,
      IAC,
      DO,
      1,
      IAC,
      SE,
    ],
  })) {
    it(`hears the same wherever ${name} may be cut in two or three, or byte by byte`, () => {
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

  it('hears a long subnegotiation the same however it is cut', () => {
    const stream = bytes(IAC, SB, 31, ...new Array(SUBNEGOTIATION_LIMIT - 1).fill(7), IAC, IAC, IAC, SE);
    const whole = decode(stream);

    expect(decode(...Array.from(stream, (byte) => bytes(byte)))).toEqual(whole);
    expect(whole[0]).toMatch(/^subnegotiation 31 7,.*,255$/);
  });

  it('hears the same however any stream is cut', () => {
    holds(
      fc.property(streams, fc.array(fc.nat(120)), (stream, cuts) => {
        const at = [0, ...cuts.filter((cut) => cut <= stream.length).sort((a, b) => a - b), stream.length];
        const chunks = at.slice(1).map((end, index) => stream.slice(at[index], end));
        const [whole, cut] = [JSON.stringify(decode(stream)), JSON.stringify(decode(...chunks))];
        if (whole !== cut) throw new Error(`${whole} became ${cut}`);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back what was escaped', () => {
    holds(
      fc.property(fc.uint8Array({ minLength: 1 }), (data) => {
        const [found, ...more] = decode(escapeIac(data));
        if (more.length > 0 || !(found instanceof Uint8Array) || Buffer.compare(found, data) !== 0) {
          throw new Error(`${data} became ${found}`);
        }
      }),
    );
  });
});

describe('escapeIac', () => {
  it('gives back the same object when there is nothing to escape', () => {
    const data = text('hello');

    expect(escapeIac(data)).toBe(data);
  });

  it('doubles every 0xFF', () => {
    expect(escapeIac(bytes(255, 1, 255, 255))).toEqual(bytes(255, 255, 1, 255, 255, 255, 255));
  });
});
