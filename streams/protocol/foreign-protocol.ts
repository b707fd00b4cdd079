import { ESC } from './controls.js';
import { FOREIGN_PROTOCOLS } from './foreign-protocols.js';

/** The maximum number of bytes examined: by then every protocol is recognised. */
export const MAX_FIRST_BYTES = 64;

/** The result for the first bytes of a connection. */
export type FirstBytes =
  /** Not recognised yet; more bytes may tell. */
  | { readonly kind: 'more' }
  /** A telnet client, or a person typing. */
  | { readonly kind: 'ours' }
  /** Another protocol, and the answer to send, as Latin-1. */
  | { readonly kind: 'foreign'; readonly name: string; readonly answer: string };

const MORE: FirstBytes = { kind: 'more' };
const OURS: FirstBytes = { kind: 'ours' };
/** Telnet clients start with IAC, and keys with ESC. No other protocol does. */
const IAC = 0xff;

/**
 * Recognises clients that take the board for another server, from all bytes received so far: browsers,
 * scanners, programs with the wrong port. Decides at the first line end, and within {@link MAX_FIRST_BYTES}.
 * A connection that starts with telnet is ours.
 */
export function foreignProtocol(bytes: Uint8Array): FirstBytes {
  if (bytes.length === 0) return MORE;
  if (bytes[0] === IAC || bytes[0] === ESC) return OURS;
  const first = String.fromCharCode(...bytes.subarray(0, MAX_FIRST_BYTES));
  for (const { name, begins, answer = '' } of FOREIGN_PROTOCOLS) {
    if (begins.test(first))
      return { kind: 'foreign', name, answer: typeof answer === 'string' ? answer : answer(first) };
  }
  return /[\r\n\xff]/.test(first) || bytes.length >= MAX_FIRST_BYTES ? OURS : MORE;
}
