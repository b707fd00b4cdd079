/** Telnet's commands (RFC 854, and EOR of RFC 885). */
export const COMMAND = {
  EOR: 239,
  SE: 240,
  NOP: 241,
  DM: 242,
  BRK: 243,
  IP: 244,
  AO: 245,
  AYT: 246,
  EC: 247,
  EL: 248,
  GA: 249,
  SB: 250,
  WILL: 251,
  WONT: 252,
  DO: 253,
  DONT: 254,
  IAC: 255,
} as const;

/** A request or an answer about an option. */
export type Verb = 251 | 252 | 253 | 254;

/** The longest subnegotiation that is heard, in bytes. */
export const SUBNEGOTIATION_LIMIT = 4096;

/** What a telnet stream is made of. */
export interface TelnetHandler {
  /** A run of the caller's own bytes; a part of the chunk, and a copy only where a doubled IAC was in it. */
  data(bytes: Uint8Array): void;
  /** A command without an argument. */
  command(code: number): void;
  negotiate(verb: Verb, option: number): void;
  subnegotiation(option: number, payload: Uint8Array): void;
  /** A subnegotiation that was too long, broken off, or without an option, and was dropped. */
  dropped(): void;
}

const { IAC, SB, SE, WILL, DONT } = COMMAND;
/** EOF of RFC 1184; what is below isn't a command to anybody. */
const FIRST_COMMAND = 236;
const NOTHING = new Uint8Array(0);

/** Where the next IAC is, or the end of the chunk. */
function nextIac(chunk: Uint8Array, from: number): number {
  if (chunk.length > SHORT) {
    const at = chunk.indexOf(IAC, from);
    return at === -1 ? chunk.length : at;
  }
  let at = from;
  while (at < chunk.length && chunk[at] !== IAC) at += 1;
  return at;
}

/** Looking through fewer bytes costs less than asking the engine to. */
const SHORT = 64;

/**
 * Hands on, in one piece, the run from `from` whose first doubled IAC is at `doubled`: a flood of them would
 * otherwise come out byte by byte. Returns where the run ends.
 */
function undouble(chunk: Uint8Array, from: number, doubled: number, handler: TelnetHandler): number {
  let end = doubled + 2;
  while (end < chunk.length && (chunk[end] !== IAC || chunk[end + 1] === IAC))
    end += chunk[end] === IAC ? 2 : 1;
  const run = new Uint8Array(end - from);
  let length = 0;
  for (let at = from; at < end; at += 1) {
    run[length] = chunk[at] as number;
    length += 1;
    if (chunk[at] === IAC) at += 1;
  }
  handler.data(run.subarray(0, length));
  return end;
}

/**
 * Decodes a telnet stream (RFC 854, RFC 855): feed it the chunks as they come. What it finds doesn't depend on where
 * the stream was cut; a chunk without an IAC is handed on untouched. Holds at most one subnegotiation of
 * {@link SUBNEGOTIATION_LIMIT} bytes. A class, since every line has one.
 */
export class TelnetDecoder {
  readonly #handler: TelnetHandler;
  #state: 'data' | 'iac' | 'verb' | 'option' | 'option-iac' | 'payload' | 'payload-iac' = 'data';
  #verb: Verb = WILL;
  #option = 0;
  #payload = NOTHING;
  #length = 0;
  #tooLong = false;

  constructor(handler: TelnetHandler) {
    this.#handler = handler;
  }

  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'data') at = this.data(chunk, at);
      else if (this.#state === 'payload') at = this.payloadRun(chunk, at);
      else {
        this.byte(chunk, at);
        at += 1;
      }
    }
  }

  /** A run of the caller's own bytes. Returns where it ends. */
  private data(chunk: Uint8Array, at: number): number {
    const end = nextIac(chunk, at);
    if (chunk[end + 1] === IAC) return undouble(chunk, at, end, this.#handler);
    if (end < chunk.length) this.#state = 'iac';
    if (end > at) this.#handler.data(end - at === chunk.length ? chunk : chunk.subarray(at, end));
    return end + 1;
  }

  private payloadRun(chunk: Uint8Array, at: number): number {
    const end = nextIac(chunk, at);
    if (end < chunk.length) this.#state = 'payload-iac';
    if (end > at) this.keep(chunk.subarray(at, end));
    return end + 1;
  }

  private byte(chunk: Uint8Array, at: number): void {
    const byte = chunk[at] as number;
    switch (this.#state) {
      case 'iac':
        this.#state = 'data';
        // Doubled, with the chunk's edge in its middle; or before a letter, as the kernel leaves it when it takes a
        // DM out of the stream that came as urgent data.
        if (byte === IAC || byte < FIRST_COMMAND) this.#handler.data(chunk.subarray(at, at + 1));
        else this.command(byte);
        break;
      case 'verb':
        this.#state = 'data';
        this.#handler.negotiate(this.#verb, byte);
        break;
      case 'option':
        if (byte === IAC) this.#state = 'option-iac';
        else this.begin(byte);
        break;
      case 'option-iac':
        if (byte === IAC) this.begin(IAC);
        else this.breakOff(byte);
        break;
      case 'payload-iac':
        if (byte === IAC) {
          this.#state = 'payload';
          this.keep(chunk.subarray(at, at + 1));
        } else if (byte === SE) this.finish();
        else this.breakOff(byte);
        break;
    }
  }

  /** The byte after an IAC, outside of a subnegotiation. */
  private command(byte: number): void {
    if (byte >= WILL && byte <= DONT) {
      this.#verb = byte as Verb;
      this.#state = 'verb';
    } else if (byte === SB) {
      this.#state = 'option';
    } else {
      this.#state = 'data';
      // IAC SE outside of a subnegotiation, and codes that are none, mean nothing.
      if (byte !== SE && byte >= COMMAND.EOR) this.#handler.command(byte);
    }
  }

  /** The sender broke off and went on with another command: what came so far is not to be trusted, that command is. */
  private breakOff(byte: number): void {
    this.#payload = NOTHING;
    this.#handler.dropped();
    this.command(byte);
  }

  private begin(code: number): void {
    this.#option = code;
    this.#length = 0;
    this.#tooLong = false;
    this.#state = 'payload';
  }

  private keep(run: Uint8Array): void {
    const longer = this.#length + run.length;
    if (this.#tooLong || longer > SUBNEGOTIATION_LIMIT) {
      this.#tooLong = true;
      this.#payload = NOTHING;
      return;
    }
    if (longer > this.#payload.length) {
      // Twice as much as is needed, so that a payload that comes byte by byte isn't copied at each.
      const larger = new Uint8Array(Math.min(2 * longer, SUBNEGOTIATION_LIMIT));
      larger.set(this.#payload.subarray(0, this.#length));
      this.#payload = larger;
    }
    this.#payload.set(run, this.#length);
    this.#length = longer;
  }

  private finish(): void {
    const whole = this.#payload.subarray(0, this.#length);
    this.#payload = NOTHING;
    this.#state = 'data';
    if (this.#tooLong) this.#handler.dropped();
    else this.#handler.subnegotiation(this.#option, whole);
  }
}

/** Doubles each 0xFF, as telnet wants it of data; the same object comes back if there is none. */
export function escapeIac(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(IAC);
  if (first === -1) return bytes;
  let count = 0;
  for (const byte of bytes) if (byte === IAC) count += 1;
  const escaped = new Uint8Array(bytes.length + count);
  let to = 0;
  for (const byte of bytes) {
    escaped[to] = byte;
    to += 1;
    if (byte === IAC) {
      escaped[to] = IAC;
      to += 1;
    }
  }
  return escaped;
}

/** The bytes of a command without an argument. */
export function commandBytes(code: number): Uint8Array {
  return Uint8Array.of(IAC, code);
}

/** The bytes of a request or an answer about an option. */
export function negotiationBytes(verb: Verb, option: number): Uint8Array {
  return Uint8Array.of(IAC, verb, option);
}

/** The bytes of a subnegotiation. */
export function subnegotiationBytes(option: number, payload: Uint8Array): Uint8Array {
  const body = escapeIac(Uint8Array.of(option, ...payload));
  return Uint8Array.of(IAC, SB, ...body, IAC, SE);
}
