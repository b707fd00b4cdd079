import { earlyDrop } from '../../../streams/admission/early-drop.js';

const TEN_THIRTY_SIXTY = { start: 10, rate: 30, full: 60 };

/** The same numbers in each run, from 0 up to 1 (linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('earlyDrop', () => {
  it('refuses none below start, and all at full', () => {
    for (const random of [() => 0, () => 0.999999]) {
      expect(earlyDrop(9, TEN_THIRTY_SIXTY, random)).toBe(false);
      expect(earlyDrop(60, TEN_THIRTY_SIXTY, random)).toBe(true);
      expect(earlyDrop(1000, TEN_THIRTY_SIXTY, random)).toBe(true);
    }
  });

  it('can start with refusing all', () => {
    expect(earlyDrop(0, { start: 0, rate: 100, full: 0 }, () => 0.5)).toBe(true);
    expect(earlyDrop(5, { start: 5, rate: 0, full: 5 }, () => 0.999)).toBe(true);
  });

  it('matches its probability', () => {
    expect(earlyDrop(35, TEN_THIRTY_SIXTY, () => 0.6499)).toBe(true);
    expect(earlyDrop(35, TEN_THIRTY_SIXTY, () => 0.65)).toBe(false);
  });

  for (const [callers, percent] of [
    [10, 30],
    [20, 44],
    [35, 65],
    [50, 86],
    [59, 98.6],
  ] as const) {
    it(`refuses ${percent} of 100 with ${callers} callers who haven't logged in`, () => {
      const random = seeded(callers);
      let refused = 0;
      for (let trial = 0; trial < 10_000; trial += 1) {
        if (earlyDrop(callers, TEN_THIRTY_SIXTY, random)) refused += 1;
      }
      expect(Math.abs(refused / 100 - percent)).toBeLessThan(2);
    });
  }
});
