import fc from 'fast-check';
import { BoardOptions } from '../../../../lib/transports/telnet/board-options.js';
import { REPLIES_PER_OPTION, REPLY_BUDGET } from '../../../../lib/transports/telnet/negotiator.js';
import { COMMAND, SUBNEGOTIATION_LIMIT, type Verb } from '../../../../streams/protocol/telnet-codec.js';
import type { Terminal } from '../../../../streams/types/connection.js';
import { holds } from '../../../support/holds.js';
import { bytesOf, feeding } from '../../../support/telnet-words.js';

const { IAC, SB, SE, WILL, WONT, DO, DONT, NOP, AYT, IP } = COMMAND;

/** The options that may be on: at our end, and at the client's. */
const OURS = new Set([0, 1, 3, 6, 25, 42, 70, 201]);
const THEIRS = new Set([0, 3, 6, 24, 31, 42]);
/** The board's own requests, and at most two answers to a crawler. */
const OWN_QUESTIONS = 11;
const MAX_STATUS = 2;

/** The board's end of a connection, without a socket. Counts what it sends, and records violations. */
class Board {
  said = 0;
  abused = 0;
  faults: string[] = [];
  /** All results of the stream, in order, with adjacent data joined. */
  trace = '';
  #inData = false;
  readonly #answers = new Uint8Array(512);
  readonly #options: BoardOptions;
  readonly feed: (chunk: Uint8Array) => void;

  constructor() {
    this.#options = new BoardOptions(
      {
        send: (verb, option) => this.#send(verb, option),
        sendSubnegotiation: (option, payload) => this.#tell(`S${option},${payload}`),
        learned: (about) => this.#learn(about),
        abused: () => {
          this.abused += 1;
        },
      },
      () => ({ NAME: 'The Board' }),
    );
    this.feed = feeding({
      data: (bytes) => {
        if (!this.#inData) this.trace += ';d';
        this.#inData = true;
        for (const byte of bytes) this.trace += `,${byte}`;
      },
      command: (code) => this.#note(`c${code}`),
      negotiate: (verb, option) => {
        this.#note(`n${verb},${option}`);
        this.#options.negotiate(verb, option);
      },
      subnegotiation: (option, payload) => {
        this.#note(`s${option},${payload}`);
        if (payload.length > SUBNEGOTIATION_LIMIT) this.faults.push(`${payload.length} bytes were held`);
        this.#options.subnegotiation(option, payload);
      },
      dropped: () => {
        this.#note('x');
        this.#options.charge();
      },
    });
    this.#options.offer();
  }

  #note(what: string): void {
    this.#inData = false;
    this.trace += `;${what}`;
  }

  #tell(what: string): void {
    this.said += 1;
    this.#note(what);
  }

  #send(verb: Verb, option: number): void {
    this.#tell(`N${verb},${option}`);
    const local = verb === WILL || verb === WONT;
    if ((verb === WILL && !OURS.has(option)) || (verb === DO && !THEIRS.has(option))) {
      this.faults.push(`agreed to ${option}`);
    }
    const slot = (local ? 256 : 0) + option;
    const count = (this.#answers[slot] ?? 0) + 1;
    this.#answers[slot] = Math.min(count, 255);
    // One request of our own and two answers; ECHO is turned off for a client with local echo.
    if (option !== 6 && count > 1 + REPLIES_PER_OPTION + (option === 1 ? 1 : 0))
      this.faults.push(`${count} words about ${option}`);
  }

  #learn({ columns = 0, rows = 0, type, encoding = 'utf-8' }: Partial<Terminal>): void {
    const whole = (count: number) => Number.isInteger(count) && count >= 0 && count <= 65_535;
    if (!whole(columns) || !whole(rows)) this.faults.push(`a window of ${columns} by ${rows}`);
    if (type && !/^[\x20-\x7e]{1,40}$/.test(type)) this.faults.push(`a terminal ${JSON.stringify(type)}`);
    if (!['utf-8', 'cp437', 'ascii'].includes(encoding)) this.faults.push(`an encoding ${encoding}`);
  }

  /** Ends an open subnegotiation in any state, and throws at a violation. */
  check(): void {
    this.feed(ENDINGS);
    if (this.abused > 1) this.faults.push(`given up ${this.abused} times`);
    if (this.said > OWN_QUESTIONS + MAX_STATUS + REPLY_BUDGET) this.faults.push(`${this.said} words`);
    if (this.faults.length > 0) throw new Error(`${this.faults}`);
  }
}
const ENDINGS = Uint8Array.of(IAC, SE, IAC, SE);

/** Feeds a stream to a board in chunks of this size. */
function fed(stream: Uint8Array, chunkLength: number): Board {
  const board = new Board();
  for (let at = 0; at < stream.length; at += chunkLength) board.feed(stream.subarray(at, at + chunkLength));
  board.check();
  return board;
}

/** Throws unless the board is unharmed, and decodes the stream the same in chunks and as a whole. */
function survives(stream: Uint8Array, chunkLength: number): void {
  const [whole, cut] = [fed(stream, stream.length || 1), fed(stream, chunkLength)];
  if (whole.trace !== cut.trace) throw new Error(`${whole.trace} became ${cut.trace}`);
}

/** Recorded input of real clients, and hostile input. */
const CONVERSATIONS = [
  bytesOf('DO ECHO', 'DO SGA', 'WILL NAWS', 'SB NAWS 0 80 0 24', 'WONT MSSP', '"ann\\r\\n"'),
  bytesOf(
    'DO ECHO',
    'WILL TTYPE',
    'SB TTYPE 0 "SyncTERM"',
    'SB TTYPE 0 "SyncTERM"',
    'DO BINARY',
    'WILL BINARY',
  ),
  bytesOf('WILL TTYPE', 'SB TTYPE 0 "MUDLET"', 'SB TTYPE 0 "XTERM"', 'SB TTYPE 0 "MTTS 137"', 'DO MSSP'),
  bytesOf('DO CHARSET', 'SB CHARSET 2 "UTF-8"', 'WILL CHARSET', 'SB CHARSET 1 "[TTABLE]" 1 ";LATIN1;CP437"'),
  bytesOf('DONT ECHO', 'DONT SGA', 'DO EOR', 'WILL TIMING_MARK', 'DO TIMING_MARK', 'AYT', 'IP', 'DM'),
  bytesOf('WILL NEW_ENVIRON', 'SB NEW_ENVIRON 0 0 "USER" 1 "-f root"', 'WILL AUTHENTICATION', 'DO STATUS'),
  bytesOf('WILL LINEMODE', 'SB LINEMODE 3 1 2 3 4 5 6 255 255 7', 'WONT LINEMODE', '"a\\u00ffb\\r\\u0000"'),
  bytesOf(
    'SB NAWS',
    'DO GMCP',
    'SB GMCP "Core.Ping"',
    'SB GMCP "a.b {"',
    'SB 86',
    'EC',
    'EL',
    'BRK',
    'AO',
    'GA',
    'NOP',
    'EOR',
    'SE',
  ),
];

/** Maps a random byte to a byte of the stream, often one with a meaning in telnet. */
const TELLING = [
  IAC,
  IAC,
  IAC,
  SB,
  SE,
  SE,
  WILL,
  WONT,
  DO,
  DONT,
  NOP,
  AYT,
  IP,
  0,
  1,
  2,
  3,
  24,
  31,
  42,
  70,
  39,
];
const telling = (luck: number) => (luck < 200 ? (TELLING[luck % TELLING.length] ?? IAC) : luck);

const chunkLengths = fc.nat({ max: 15 }).map((length) => length + 1);

describe('a hostile caller', () => {
  it("does no harm with noise, half of which is telnet's own bytes (70,000 streams)", () => {
    const noise = fc.uint8Array({ maxLength: 48 }).map((luck) => luck.map(telling));
    holds(fc.property(noise, chunkLengths, survives), { numRuns: 70_000 });
  });

  it('does no harm with mutated input of real clients (90,000 streams)', () => {
    const conversations = fc.constantFrom(...CONVERSATIONS);
    holds(
      fc.property(
        conversations,
        fc.uint8Array({ minLength: 3, maxLength: 15 }),
        chunkLengths,
        (said, luck, length) => survives(mutated(said, luck), length),
      ),
      { numRuns: 90_000 },
    );
  });

  it('does no harm with parts of conversations in any order (30,000 streams)', () => {
    const part = fc.tuple(fc.constantFrom(...CONVERSATIONS), fc.nat({ max: 60 }), fc.nat({ max: 60 }));
    holds(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), chunkLengths, (parts, length) => {
        survives(
          Buffer.concat(parts.map(([said, from, count]) => said.subarray(from, from + count))),
          length,
        );
      }),
      { numRuns: 30_000 },
    );
  });

  it('does no harm with subnegotiations that are too long, broken off or endless (10,000 streams)', () => {
    const lengths = fc.oneof(
      fc.nat({ max: 20 }),
      fc.integer({ min: SUBNEGOTIATION_LIMIT - 3, max: SUBNEGOTIATION_LIMIT + 3 }),
      fc.integer({ min: 2 * SUBNEGOTIATION_LIMIT, max: 3 * SUBNEGOTIATION_LIMIT }),
    );
    const options = fc.constantFrom(24, 31, 39, 42, 201, 255);
    const endings = fc.constantFrom([IAC, SE], [IAC], [IAC, NOP], [IAC, SB], []);
    holds(
      fc.property(
        options,
        lengths,
        fc.nat(255),
        endings,
        fc.nat(4096),
        (option, length, byte, ending, chunk) => {
          const agreed = [IAC, WILL, option, IAC, DO, option];
          const payload = new Uint8Array(length).fill(byte);
          const stream = Buffer.concat([
            Uint8Array.from(agreed),
            Uint8Array.of(IAC, SB, ...(option === IAC ? [IAC, IAC] : [option])),
            payload,
            Uint8Array.from(ending),
            Uint8Array.from(agreed),
          ]);
          fed(stream, chunk + 1);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('keeps at most 4 KiB of an endless subnegotiation, and drops it above that', () => {
    for (const length of [0, 1, SUBNEGOTIATION_LIMIT - 1, SUBNEGOTIATION_LIMIT, 1_000_000]) {
      const heard: number[] = [];
      let dropped = 0;
      const feed = feeding({
        data: () => {},
        command: () => {},
        negotiate: () => {},
        subnegotiation: (_, payload) => heard.push(payload.buffer.byteLength),
        dropped: () => {
          dropped += 1;
        },
      });
      feed(Uint8Array.of(IAC, SB, 31));
      for (let left = length; left > 0; left -= 1000) feed(new Uint8Array(Math.min(left, 1000)));
      feed(ENDINGS);

      expect(heard.length + dropped).toBe(1);
      expect(heard.every((size) => size <= SUBNEGOTIATION_LIMIT)).toBe(true);
      expect(dropped).toBe(length > SUBNEGOTIATION_LIMIT ? 1 : 0);
    }
  });

  it('is closed once, and gets no more answers than the budget, whatever it repeats', () => {
    const refrain = fc.uint8Array({ minLength: 2, maxLength: 12 }).map((luck) => luck.map(telling));
    holds(
      fc.property(refrain, (said) => {
        const board = new Board();
        const chunk = Buffer.concat(new Array(20).fill(said));
        for (let turn = 0; turn < 30; turn += 1) board.feed(chunk);
        board.check();
      }),
      { numRuns: 1000 },
    );
  });

  for (const [what, phrases] of Object.entries({
    'requests for an option that nobody knows': ['DO 99'],
    'a change of mind': ['WILL NAWS', 'WONT NAWS'],
    'timing marks': ['DO TIMING_MARK'],
    'every option in turn': Array.from({ length: 256 }, (_, option) => [
      `DO ${option}`,
      `WILL ${option}`,
    ]).flat(),
    'questions about the charset': ['WILL CHARSET', 'SB CHARSET 1 ";UTF-8"'],
    'translation tables': ['WILL CHARSET', 'SB CHARSET 4 1'],
  })) {
    it(`is closed for a flood of ${what}`, () => {
      const board = new Board();
      const chunk = bytesOf(...phrases);
      for (let turn = 0; turn < 2 * REPLY_BUDGET; turn += 1) board.feed(chunk);
      board.check();

      expect(board.abused).toBe(1);
    });
  }

  it("gains nothing by 10,000 triplets of LINEMODE's special characters (CVE-2026-32746)", () => {
    const triplets = Uint8Array.from({ length: 30_000 }, (_, index) => index % 19);
    const board = new Board();
    const before = board.said;
    board.feed(Uint8Array.of(IAC, SB, 34, 3, ...triplets, IAC, SE));
    board.check();

    expect(board.said).toBe(before);
    expect(board.trace.match(/;[sx]/g)).toEqual([';x']);
  });

  it('breaks nothing with AO and DM, after answers and within a subnegotiation (CVE-2020-10188)', () => {
    const board = new Board();
    board.feed(bytesOf('WILL TTYPE', 'DO CHARSET', 'DO MSSP'));
    const before = board.said;
    for (let turn = 0; turn < 100; turn += 1) {
      board.feed(bytesOf('AO', 'DM'));
      board.feed(Uint8Array.of(IAC, SB, 24, 0, 120, ...bytesOf('AO')));
    }
    board.feed(bytesOf('"still here"'));
    board.check();

    expect(board.said).toBe(before);
    expect(board.trace.match(/;x/g)?.length).toBe(100);
    expect(board.trace).toMatch(/;d,115,116,105,108,108/);
  });

  it("is decoded the same for any chunking of real clients' input", () => {
    for (const said of CONVERSATIONS) {
      const whole = fed(said, said.length).trace;
      for (let first = 0; first <= said.length; first += 1) {
        for (let second = first; second <= said.length; second += 1) {
          const board = new Board();
          for (const part of [said.subarray(0, first), said.subarray(first, second), said.subarray(second)]) {
            board.feed(part);
          }
          board.check();
          if (board.trace !== whole) fail(`cut at ${first} and ${second}: ${board.trace}`);
        }
      }
    }
    expect(CONVERSATIONS.length).toBeGreaterThan(0);
  });
});

/** Mutates a stream: each three random bytes change, insert, remove or double a byte, or cut off the end. */
function mutated(said: Uint8Array, luck: Uint8Array): Uint8Array {
  let bytes = [...said];
  for (let at = 0; at + 2 < luck.length; at += 3) {
    const [change = 0, where = 0, what = 0] = luck.subarray(at, at + 3);
    const place = where % (bytes.length + 1);
    if (change < 90) bytes[place] = telling(what);
    else if (change < 140) bytes.splice(place, 0, telling(what));
    else if (change < 190) bytes.splice(place, 1 + (what % 4));
    else if (change < 230) bytes.splice(place, 0, ...bytes.slice(place, place + (what % 16)));
    else bytes = bytes.slice(0, place);
  }
  return Uint8Array.from(bytes);
}
