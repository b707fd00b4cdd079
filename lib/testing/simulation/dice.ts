/** Chance that is the same each time: what is drawn depends on the seed alone. */
export interface Dice {
  /** From 0 up to 1, as `Math.random`. */
  random(): number;
  /** A whole number, both ends included. */
  int(least: number, most: number): number;
  /** True that often, of 1. */
  chance(of: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** A time, mostly near `typicalMs` and sometimes much longer, as people take. */
  timeMs(typicalMs: number): number;
  /** Dice of their own, whose throws no others change. */
  of(name: string | number): Dice;
}

/** Makes dice of a seed. */
export function dice(seed: string | number): Dice {
  const next = sfc32(hashed(`${seed}`));
  const random = () => next() / 2 ** 32;
  return {
    random,
    int: (least, most) => least + Math.floor(random() * (most - least + 1)),
    chance: (of) => random() < of,
    pick: <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T,
    timeMs: (typicalMs) => Math.ceil(-Math.log(1 - random()) * typicalMs),
    of: (name) => dice(`${seed}/${name}`),
  };
}

/** Four numbers of a text (FNV-1a, from four beginnings). */
function hashed(text: string): [number, number, number, number] {
  const hashes = [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162].map((start) => {
    let hash = start;
    for (let index = 0; index < text.length; index += 1)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return hash >>> 0;
  });
  return hashes as [number, number, number, number];
}

/** The generator sfc32 of PractRand, by Chris Doty-Humphrey: 32 bits each time, from 128 bits of state. */
function sfc32([one, two, three, four]: [number, number, number, number]): () => number {
  let [a, b, c, counter] = [one | 0, two | 0, three | 0, four | 0];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
