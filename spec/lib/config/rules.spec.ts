import { callback, flagged, integer, orNull, text, withMethods, word } from '../../../lib/config/rules.js';

describe('a rule', () => {
  it('accepts whole numbers within bounds', () => {
    const { accepts, allowed } = integer(1, 10);
    expect(allowed).toBe('a whole number from 1 to 10');
    for (const value of [1, 10]) expect(accepts(value)).withContext(`${value}`).toBeTrue();
    for (const value of [0, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, 5n, [5], {}])
      expect(accepts(value)).withContext(String(value)).toBeFalse();
  });

  it('accepts one of several words', () => {
    const { accepts, allowed } = word(['takeover', 'deny']);
    expect(allowed).toBe("one of 'takeover', 'deny'");
    expect(accepts('deny')).toBeTrue();
    for (const value of ['DENY', '', 'toString', null, ['deny']]) expect(accepts(value)).toBeFalse();
  });

  it('accepts true and false, and nothing like them', () => {
    expect(flagged.accepts(false)).toBeTrue();
    for (const value of ['on', 1, null, 'false']) expect(flagged.accepts(value)).toBeFalse();
  });

  it('accepts text that matches', () => {
    const { accepts } = text('a short text', (each) => each.length < 3);
    expect(accepts('ab')).toBeTrue();
    for (const value of ['abc', 1, null, ['a']]) expect(accepts(value)).toBeFalse();
  });

  it('accepts functions', () => {
    const { accepts } = callback('a function');
    expect(accepts(() => true)).toBeTrue();
    for (const value of ['x', {}, null, ['1.2.3.4']]) expect(accepts(value)).toBeFalse();
  });

  it('accepts an object with the methods, also an instance of a class', () => {
    const { accepts, allowed } = withMethods('a clock', 'now', 'schedule');
    class Clock {
      now() {}
      schedule() {}
    }
    expect(allowed).toBe('a clock, with the methods now, schedule');
    expect(accepts(new Clock())).toBeTrue();
    for (const value of [{}, { now: () => 1 }, null, undefined, 'now']) expect(accepts(value)).toBeFalse();
  });

  it('accepts null where something can be off', () => {
    const { accepts, allowed } = orNull(integer(1, 2));
    expect(allowed).toBe('a whole number from 1 to 2, or null');
    expect([accepts(null), accepts(1), accepts(undefined), accepts(3)]).toEqual([true, true, false, false]);
  });
});
