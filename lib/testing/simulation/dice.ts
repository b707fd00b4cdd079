/** Random numbers that depend on the seed alone. */
export interface Dice {
  /** Returns a number from 0 up to 1, like `Math.random`. */
  random(): number;
  /** Returns a whole number, both ends included. */
  int(min: number, max: number): number;
  /** Returns true with this probability. */
  chance(of: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Returns a time as people take it: mostly near `typicalMs`, sometimes much longer. */
  timeMs(typicalMs: number): number;
  /** Returns independent dice. Rolling others doesn't change their numbers. */
  of(name: string | number): Dice;
}

/** Creates dice from a seed. */
export function dice(seed: string | number): Dice {
  const next = sfc32(hashed(`${seed}`));
  const random = () => next() / 2 ** 32;
  return {
    random,
    int: (min, max) => min + Math.floor(random() * (max - min + 1)),
    chance: (of) => random() < of,
    pick: <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T,
    timeMs: (typicalMs) => Math.ceil(-Math.log(1 - random()) * typicalMs),
    of: (name) => dice(`${seed}/${name}`),
  };
}

/** Hashes a text to four numbers (FNV-1a with four offsets). */
function hashed(text: string): [number, number, number, number] {
  const hashes = [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162].map((start) => {
    let hash = start;
    for (let index = 0; index < text.length; index += 1)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return hash >>> 0;
  });
  return hashes as [number, number, number, number];
}

/**
 * The generator sfc32 of PractRand, by Chris Doty-Humphrey: 32 bits for each number, from 128 bits of state.
 */
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
