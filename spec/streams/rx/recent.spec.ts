import { recent } from '../../../streams/rx/recent.js';

describe('recent', () => {
  it('has the last value of a key', () => {
    const table = recent<string, number>(10);
    table.set('a', 1);
    table.set('a', 2);
    expect([table.get('a'), table.get('b')]).toEqual([2, undefined]);
  });

  it('drops the half unused longest, and never exceeds its size', () => {
    const table = recent<number, number>(10);
    for (let key = 0; key < 100; key += 1) {
      table.set(key, key);
      const held = Array.from({ length: 100 }, (_, other) => table.get(other)).filter(
        (value) => value !== undefined,
      );
      expect(held.length).toBeLessThanOrEqual(10);
      expect(held.slice(-Math.min(5, key + 1))).toEqual(
        Array.from({ length: Math.min(5, key + 1) }, (_, last) => key - Math.min(4, key) + last),
      );
    }
  });

  it('keeps entries that are set again and again', () => {
    const table = recent<number, string>(10);
    for (let key = 1; key < 1000; key += 1) {
      table.set(0, 'regular');
      table.set(key, 'passing');
    }
    expect(table.get(0)).toBe('regular');
  });
});
