import { CR, ESC, LF } from '../../../streams/protocol/controls.js';

/** The longest key: a character of UTF-8, or the sequence of an arrow. */
const MAX_KEY_BYTES = 4;

/**
 * Returns whether input is what one key of a raw terminal sends: a character, a control, or an arrow. A client
 * that edits lines itself sends at least one character and a newline, or an empty line: LF or CR LF.
 */
export function isOneKey(input: Uint8Array): boolean {
  const [first = LF, second] = input;
  if (input.length === 1) return first !== LF;
  if (input.length > MAX_KEY_BYTES) return false;
  // Enter is CR NUL for those who know telnet's newlines.
  if (first === CR) return input.length === 2 && second === 0;
  return first === ESC ? !input.includes(LF) : input.length === utf8Length(first);
}

/** Returns how many bytes a character of UTF-8 has, by its first byte. */
function utf8Length(first: number): number {
  if (first < 0xc2) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
