/** Telnet commands (RFC 854, and EOR of RFC 885). */
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

/** The verbs of option negotiation: WILL, WONT, DO, DONT. */
export type Verb = 251 | 252 | 253 | 254;

/** The maximum length of a subnegotiation, in bytes. */
export const SUBNEGOTIATION_LIMIT = 4096;

/** Receives the parts of a telnet stream. */
export interface TelnetHandler {
  /** A run of application bytes. A view of the chunk, or a copy if it contained a doubled IAC. */
  data(bytes: Uint8Array): void;
  /** A command without an argument. */
  command(code: number): void;
  negotiate(verb: Verb, option: number): void;
  subnegotiation(option: number, payload: Uint8Array): void;
  /** A subnegotiation was dropped: too long, interrupted, or without an option. */
  dropped(): void;
}

const { IAC, SB, SE, WILL, DONT } = COMMAND;
/** EOF of RFC 1184. Lower codes aren't commands. */
const FIRST_COMMAND = 236;
const NOTHING = new Uint8Array(0);

/** The index of the next IAC, or the end of the chunk. */
function nextIac(chunk: Uint8Array, from: number): number {
  const near = Math.min(from + SHORT, chunk.length);
  for (let at = from; at < near; at += 1) if (chunk[at] === IAC) return at;
  const found = near < chunk.length ? chunk.indexOf(IAC, near) : -1;
  return found === -1 ? chunk.length : found;
}

/** Copies a run of bytes. Returns its end in the target. */
function copyRun(run: Uint8Array, from: number, end: number, target: Uint8Array, to: number): number {
  if (end - from > SHORT) target.set(run.subarray(from, end), to);
  else for (let at = from; at < end; at += 1) target[to + at - from] = run[at] as number;
  return to + end - from;
}

/** Up to this length a loop is faster than a built-in method. */
const SHORT = 64;

/**
 * Passes on, as one piece, the run from `from` whose first doubled IAC is at `doubled`; otherwise a flood of
 * them would be emitted byte by byte. Returns the end of the run.
 */
function undouble(chunk: Uint8Array, from: number, doubled: number, handler: TelnetHandler): number {
  const run = new Uint8Array(chunk.length - from);
  let length = 0;
  let at = from;
  let iac = doubled;
  while (chunk[iac + 1] === IAC) {
    length = copyRun(chunk, at, iac + 1, run, length);
    at = iac + 2;
    iac = nextIac(chunk, at);
  }
  length = copyRun(chunk, at, iac, run, length);
  handler.data(run.subarray(0, length));
  return iac;
}

/**
 * Decodes a telnet stream (RFC 854, RFC 855), chunk by chunk. The result doesn't depend on where the stream
 * was split. A chunk without IAC passes without a copy. Buffers at most one subnegotiation of
 * {@link SUBNEGOTIATION_LIMIT} bytes. A class, since there is one per connection.
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

  /** Handles a run of application bytes. Returns its end. */
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
        // A doubled IAC split between two chunks. Or an IAC before a letter, which the kernel leaves when it
        // takes a DM out of the stream as urgent data.
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

  /** Handles the byte after an IAC outside a subnegotiation. */
  private command(byte: number): void {
    if (byte >= WILL && byte <= DONT) {
      this.#verb = byte as Verb;
      this.#state = 'verb';
    } else if (byte === SB) {
      this.#state = 'option';
    } else {
      this.#state = 'data';
      // Ignore IAC SE outside a subnegotiation, and unknown codes.
      if (byte !== SE && byte >= COMMAND.EOR) this.#handler.command(byte);
    }
  }

  /**
   * The sender interrupted a subnegotiation with another command. Drop what came of it, and handle the
   * command.
   */
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
      // Doubled, so that a payload that comes byte by byte isn't copied at each byte.
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

/** Doubles each 0xFF, as telnet requires in data. Returns the same object if there is none. */
export function escapeIac(bytes: Uint8Array): Uint8Array {
  const first = bytes.indexOf(IAC);
  if (first === -1) return bytes;
  let count = 0;
  for (let at = first; at < bytes.length; at += 1) if (bytes[at] === IAC) count += 1;
  const escaped = new Uint8Array(bytes.length + count);
  let from = 0;
  let to = 0;
  for (let iac = first; iac < bytes.length; iac = nextIac(bytes, from)) {
    to = copyRun(bytes, from, iac + 1, escaped, to);
    escaped[to] = IAC;
    to += 1;
    from = iac + 1;
  }
  copyRun(bytes, from, bytes.length, escaped, to);
  return escaped;
}

/** Encodes a command without an argument. */
export function commandBytes(code: number): Uint8Array {
  return Uint8Array.of(IAC, code);
}

/** Encodes a negotiation of an option. */
export function negotiationBytes(verb: Verb, option: number): Uint8Array {
  return Uint8Array.of(IAC, verb, option);
}

/** Encodes a subnegotiation. */
export function subnegotiationBytes(option: number, payload: Uint8Array): Uint8Array {
  const body = escapeIac(Uint8Array.of(option, ...payload));
  return Uint8Array.of(IAC, SB, ...body, IAC, SE);
}
