import fc from 'fast-check';
import { alike, folded, handleOf } from '../../../lib/login/handle.js';
import { holds } from '../../support/holds.js';

describe('handleOf', () => {
  it('takes names of any script, 2 to 20 characters', () => {
    for (const good of ['al', 'J. R. Hacker', 'Zoë', '漢字', 'x_y-z.9', 'a'.repeat(20)])
      expect(handleOf(good)).toBe(good);
    for (const bad of [
      '',
      'a',
      ' a ',
      'a'.repeat(21),
      '-a',
      '.a',
      'ann.',
      'a/b',
      '<b>',
      'a\u200bb',
      '\u3164\u3164',
      'a\u034fb',
    ]) {
      expect(handleOf(bad)).withContext(JSON.stringify(bad)).toBeNull();
    }
  });

  it('composes accents, so that a name is written in one way', () => {
    expect(handleOf('Zoe\u0308')).toBe('Zo\u00eb');
  });

  it("never takes what could drive another's terminal", () => {
    holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (typed) => {
        if (/[\p{C}\p{Zl}\p{Zp}]/u.test(handleOf(typed) ?? '')) throw new Error(JSON.stringify(typed));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('alike', () => {
  it('takes one for the other by case and by letters that look the same', () => {
    for (const [one, other] of [
      ['ann', 'Ann'],
      ['ann', '\u0430nn'],
      ['lan', 'Ian'],
      ['IAN', 'ian'],
      ['b0b', 'bOb'],
      ['modern', 'rnodern'],
      ['Zo\u00eb', 'zoe\u0308'],
      ['ann b', 'ann_b'],
      ['J. R. Hacker', 'jr-hacker'],
    ] as const) {
      expect(alike(one, other)).withContext(`${one} ${other}`).toBe(true);
      expect(alike(other, one)).withContext(`${other} ${one}`).toBe(true);
    }
  });

  it('tells others apart', () => {
    for (const [one, other] of [
      ['ann', 'anna'],
      ['Zo\u00eb', 'Zoe'],
      ['\u6f22\u5b57', '\u6c49\u5b57'],
      ['bob', 'rob'],
    ] as const)
      expect(alike(one, other)).withContext(`${one} ${other}`).toBe(false);
  });

  it('is for every handle itself, in any case', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (handle) =>
        alike(handle, folded(handle)),
      ),
    );
  });
});
