import { CR, NUL } from '../../../streams/protocol/controls.js';
import { asBuffer } from './encodings.js';

const CR_NUL = Buffer.of(CR, NUL);
/** Up to this length a loop is faster than Node's search. */
const SHORT = 64;

/**
 * Makes each CR NUL a CR, as it is unless the sender agreed to BINARY (RFC 854, RFC 856). Returns the same
 * object if there is none.
 *
 * @param followsCr Whether the byte before these was a CR.
 */
export function withoutCrNul(bytes: Uint8Array, followsCr: boolean): Uint8Array {
  if (!(followsCr && bytes[0] === NUL) && !hasCrNul(bytes)) return bytes;
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  let wasCr = followsCr;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte !== NUL || !wasCr) {
      kept[length] = byte;
      length += 1;
    }
    wasCr = byte === CR;
  }
  return kept.subarray(0, length);
}

function hasCrNul(bytes: Uint8Array): boolean {
  if (bytes.length > SHORT) return asBuffer(bytes).includes(CR_NUL);
  for (let at = 1; at < bytes.length; at += 1) if (bytes[at] === NUL && bytes[at - 1] === CR) return true;
  return false;
}
