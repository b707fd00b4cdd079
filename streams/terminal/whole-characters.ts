/**
 * Returns how many of these bytes are whole characters of UTF-8: all, unless they end within one. Broken
 * characters count as whole.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= MAX_CUT && back <= length; back += 1) {
    const byte = bytes[length - back] as number;
    // The first byte of the last character tells its length.
    if (byte < 0x80 || byte >= 0xc0) return lengthFrom(byte) > back ? length - back : length;
  }
  return length;
}

/** The longest part of a character that isn't whole. */
const MAX_CUT = 3;

function lengthFrom(first: number): number {
  if (first < 0xc0) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1;
}
