import telnetlib from 'telnetlib';
import { asBuffer } from './encodings.js';

const { TRANSMIT_BINARY, ECHO, SGA, NAWS } = telnetlib.options;

/** The codes of the telnet options we know: telnetlib's, and those it lacks. */
export const OPTION = {
  /** All eight bits of a byte are data (RFC 856). */
  BINARY: TRANSMIT_BINARY as number,
  /** This end echoes what the other one types (RFC 857). */
  ECHO: ECHO as number,
  /** No go-ahead after each turn (RFC 858). */
  SGA: SGA as number,
  /** The terminal's names (RFC 1091). */
  TTYPE: 24,
  /** A mark ends each prompt (RFC 885). */
  END_OF_RECORD: 25,
  /** The window's size (RFC 1073). */
  NAWS: NAWS as number,
  /** The character set (RFC 2066). */
  CHARSET: 42,
  /** The status for crawlers of boards and MUDs (tintin.mudhalla.net/protocols/mssp). */
  MSSP: 70,
  /** Messages beside the text, in JSON (mudstandards.org/mud/gmcp). */
  GMCP: 201,
};

/** The first byte of a TTYPE subnegotiation (RFC 1091). */
export const TTYPE_MESSAGE = { IS: 0, SEND: 1 } as const;

/** The first byte of a CHARSET subnegotiation (RFC 2066). */
export const CHARSET_MESSAGE = {
  REQUEST: 1,
  ACCEPTED: 2,
  REJECTED: 3,
  TTABLE_IS: 4,
  TTABLE_REJECTED: 5,
} as const;

/**
 * Parses the names in a charset request. They follow an optional version of translation tables, which we
 * don't support, and a separator.
 */
export function offeredCharsets(request: Uint8Array): string[] {
  const text = latin1(request.subarray(1));
  const list = text.startsWith('[TTABLE]') ? text.slice('[TTABLE]'.length + 1) : text;
  return list.slice(1).split(list.charAt(0));
}

/** Converts bytes to the characters with the same codes. */
export const latin1 = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1');
