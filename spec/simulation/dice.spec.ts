import { dice } from '../../lib/testing/simulation/dice.js';

const throws = (seed: string | number) => {
  const { random } = dice(seed);
  return Array.from({ length: 5 }, random);
};

describe('dice', () => {
  it('rolls the same for the same seed, and differently for another', () => {
    expect(throws(1)).toEqual(throws(1));
    expect(throws(1)).not.toEqual(throws(2));
  });

  it('rolls the same in every release', () => {
    const { int } = dice(42);
    expect(Array.from({ length: 8 }, () => int(1, 100))).toEqual([74, 19, 7, 29, 19, 35, 59, 61]);
  });

  it('has independent dice for each name', () => {
    const one = dice(7);
    const other = dice(7);
    other.random();
    expect(one.of('door').random()).toBe(other.of('door').random());
    expect(one.of('door').random()).not.toBe(one.of('caller').random());
  });

  it('is fair enough', () => {
    const { int, chance, timeMs, pick } = dice('fair');
    const counts = [0, 0, 0, 0, 0, 0];
    for (let count = 0; count < 60_000; count += 1) {
      const face = int(1, 6) - 1;
      counts[face] = (counts[face] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    const often = Array.from({ length: 10_000 }, () => chance(0.1)).filter(Boolean).length;
    expect(Math.abs(often - 1000)).toBeLessThan(150);
    const mean = Array.from({ length: 10_000 }, () => timeMs(100)).reduce((sum, ms) => sum + ms) / 10_000;
    expect(Math.abs(mean - 100)).toBeLessThan(10);
    expect(new Set(Array.from({ length: 100 }, () => pick(['a', 'b', 'c']))).size).toBe(3);
  });
});
