import { ESC } from './controls.js';
import { FOREIGN_PROTOCOLS } from './foreign-protocols.js';

/** Bytes that are looked at, at most: by then every protocol has said which it is. */
export const MAX_FIRST_BYTES = 64;

/** What the first bytes of a connection say. */
export type FirstBytes =
  /** Nothing yet; more may. */
  | { readonly kind: 'more' }
  /** A telnet client, or somebody who types. */
  | { readonly kind: 'ours' }
  /** Another protocol, and the answer to it, as Latin-1. */
  | { readonly kind: 'foreign'; readonly name: string; readonly answer: string };

const MORE: FirstBytes = { kind: 'more' };
const OURS: FirstBytes = { kind: 'ours' };
/** With telnet begins a client, with ESC a key: no other protocol begins so. */
const IAC = 0xff;

/**
 * Tells from all the bytes that came so far whether somebody takes the board for a server of another protocol: a browser, a scanner, a
 * program that was told the wrong port. It knows by the first end of a line, and within {@link MAX_FIRST_BYTES}; whoever begins
 * with telnet is ours.
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
