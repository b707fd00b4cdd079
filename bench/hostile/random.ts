/** The same numbers for the same seed, from 0 up to `below` (mulberry32). */
export type Random = (below: number) => number;
export function random(from: number): Random {
  let state = from | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Returns one of the choices. */
export function anyOf<T>(choices: readonly T[], rnd: Random): T {
  return choices[rnd(choices.length)] as T;
}

/** Returns so many bytes. */
export const bytesOf = (length: number, byte: () => number) => Uint8Array.from({ length }, byte);

/** Spoils bytes at up to four places: some are removed, and others put in. */
export function spoilt(bytes: Uint8Array, rnd: Random): Uint8Array {
  const spoilt = [...bytes];
  for (let spoil = rnd(5); spoil > 0; spoil -= 1)
    spoilt.splice(rnd(spoilt.length), rnd(3), ...bytesOf(rnd(3), () => rnd(256)));
  return Uint8Array.from(spoilt);
}
