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
  /** A run of the caller's own bytes; a part of the chunk, not a copy. */
  data(bytes: Uint8Array): void;
  /** A command without an argument. */
  command(code: number): void;
  negotiate(verb: Verb, option: number): void;
  subnegotiation(option: number, payload: Uint8Array): void;
  /** A subnegotiation that was too long, or broken off, and was dropped. */
  dropped(): void;
}

const { IAC, SB, SE, WILL, DONT } = COMMAND;

/**
 * Makes a decoder of a telnet stream (RFC 854, RFC 855): feed it the chunks as they come. What it finds doesn't
 * depend on where the stream was cut; a chunk without an IAC is handed on untouched. Holds at most one
 * subnegotiation of {@link SUBNEGOTIATION_LIMIT} bytes.
 */
export function telnetDecoder(handler: TelnetHandler): (chunk: Uint8Array) => void {
  let state: 'data' | 'iac' | 'verb' | 'option' | 'payload' | 'payload-iac' = 'data';
  let verb: Verb = WILL;
  let option = 0;
  let payload: number[] = [];
  let tooLong = false;

  const keep = (byte: number) => {
    if (payload.length < SUBNEGOTIATION_LIMIT) payload.push(byte);
    else tooLong = true;
  };
  const finish = () => {
    if (tooLong) handler.dropped();
    else handler.subnegotiation(option, Uint8Array.from(payload));
    payload = [];
  };

  /** The byte after an IAC, outside of a subnegotiation. */
  const command = (byte: number) => {
    if (byte >= WILL && byte <= DONT) {
      verb = byte as Verb;
      state = 'verb';
    } else if (byte === SB) {
      state = 'option';
    } else {
      state = 'data';
      // IAC SE outside of a subnegotiation, and codes that are none, mean nothing.
      if (byte !== SE && byte >= COMMAND.EOR) handler.command(byte);
    }
  };
  /** The byte after an IAC within a subnegotiation. */
  const payloadCommand = (byte: number) => {
    if (byte === IAC) {
      state = 'payload';
      keep(IAC);
    } else if (byte === SE) {
      state = 'data';
      finish();
    } else {
      // The sender broke off and went on with a new command: what came so far is not to be trusted.
      payload = [];
      handler.dropped();
      command(byte);
    }
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (state === 'data') {
        const iac = chunk.indexOf(IAC, at);
        if (iac === -1) return handler.data(at === 0 ? chunk : chunk.subarray(at));
        if (iac > at) handler.data(chunk.subarray(at, iac));
        at = iac + 1;
        state = 'iac';
        continue;
      }
      const byte = chunk[at] as number;
      at += 1;
      switch (state) {
        case 'iac':
          if (byte === IAC) {
            state = 'data';
            handler.data(chunk.subarray(at - 1, at));
          } else command(byte);
          break;
        case 'verb':
          state = 'data';
          handler.negotiate(verb, byte);
          break;
        case 'option':
          option = byte;
          tooLong = false;
          state = 'payload';
          break;
        case 'payload':
          if (byte === IAC) state = 'payload-iac';
          else keep(byte);
          break;
        case 'payload-iac':
          payloadCommand(byte);
          break;
      }
    }
  };
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
