/**
 * Returns the index of the byte where the rest of a decoded text begins.
 *
 * @param bytes Whole characters.
 * @param at An index of the decoded text, not within a surrogate pair.
 */
export function byteIndex(bytes: Uint8Array, at: number, decode: (bytes: Uint8Array) => string): number {
  // The last prefix that decodes to no more than that. No byte makes a text shorter, so halving finds it.
  let [low, high] = [at, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decode(bytes.subarray(0, middle)).length <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
