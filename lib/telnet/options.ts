import telnetlib from 'telnetlib';

const { TRANSMIT_BINARY, ECHO, SGA, NAWS } = telnetlib.options;

/** The options of telnet that we know: telnetlib's, and those that it lacks. */
export const OPTION = {
  /** All eight bits of a byte are meant (RFC 856). */
  BINARY: TRANSMIT_BINARY as number,
  /** Whoever does it shows what is typed (RFC 857). */
  ECHO: ECHO as number,
  /** No go-ahead after each turn (RFC 858). */
  SGA: SGA as number,
  /** The terminal's names (RFC 1091). */
  TTYPE: 24,
  /** A mark at the end of a prompt (RFC 885). */
  END_OF_RECORD: 25,
  /** The window's size (RFC 1073). */
  NAWS: NAWS as number,
  /** The character set (RFC 2066). */
  CHARSET: 42,
  /** What a crawler of boards and MUDs asks for (tintin.mudhalla.net/protocols/mssp). */
  MSSP: 70,
};

/** What a subnegotiation of TTYPE begins with (RFC 1091). */
export const TTYPE_MESSAGE = { IS: 0, SEND: 1 } as const;

/** What a subnegotiation of CHARSET begins with (RFC 2066). */
export const CHARSET_MESSAGE = {
  REQUEST: 1,
  ACCEPTED: 2,
  REJECTED: 3,
  TTABLE_IS: 4,
  TTABLE_REJECTED: 5,
} as const;

/** The names in a request: behind an optional version of translation tables, which we don't have, and a separator. */
export function offeredCharsets(request: Uint8Array): string[] {
  const text = latin1(request.subarray(1));
  const list = text.startsWith('[TTABLE]') ? text.slice('[TTABLE]'.length + 1) : text;
  return list.slice(1).split(list.charAt(0));
}

/** Bytes as the characters of the same numbers. */
export const latin1 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');
