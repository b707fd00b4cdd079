import fc from 'fast-check';
import { alike, folded, handleOf, oneWord } from '../../../lib/accounts/handle.js';
import { holds } from '../../support/holds.js';

/** Names as they are written in many scripts. */
const GOOD = [
  'al',
  'J. R. Hacker',
  'Zo\u00eb',
  'x_y-z.9',
  'a'.repeat(20),
  '42',
  'A\u1e63\u1eb9\u0301',
  '\u6f22\u5b57',
  '\u3055\u304f\u3089\u30a2\u30fc\u4e00',
  '\ud55c\uae00\u6f22',
  '\u0412\u0430\u0441\u044f7',
  '\u0391\u03bd\u03bd\u03b1',
  '\u05d3\u05d5\u05d3',
  '\u0645\u062d\u0645\u062f\u064e',
  '\u0930\u093e\u091c\u0940\u0935',
  '\u0e19\u0e49\u0e33\u0e43\u0e2a'.normalize('NFKC'),
];

describe('handleOf', () => {
  it('accepts names of any script, 2 to 20 characters', () => {
    for (const good of GOOD) expect(handleOf(good)).withContext(good).toBe(good);
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
      '\ue000\ue000',
      '12\u2800',
    ]) {
      expect(handleOf(bad)).withContext(JSON.stringify(bad)).toBeNull();
    }
  });

  it('composes accents, so that a name has one spelling', () => {
    expect(handleOf('Zoe\u0308')).toBe('Zo\u00eb');
  });

  it('converts full-width and styled letters to ordinary ones', () => {
    expect(handleOf('\uff42\uff4f\uff42')).toBe('bob');
    expect(handleOf('\u{1d41b}\u{1d428}\u{1d41b}')).toBe('bob');
    expect(handleOf('\u2461\u2460')).toBe('21');
  });

  it('collapses spaces and other blanks', () => {
    expect(handleOf('  ann  are\u00a0you ')).toBe('ann are you');
    expect(handleOf('ann\u3000b')).toBe('ann b');
  });

  it('accepts letters and marks of one script only, and one accent on a letter', () => {
    for (const mixed of [
      '\u0430nn', // a Cyrillic a
      'b\u03bfb', // a Greek o
      'bob\u0647',
      'bo\u064eb', // an Arabic vowel mark
      'bo\u0941b',
      'b\u0335\u0336ob',
      '1\u0489\u04881',
      'ann\u13a0',
      '\u13d9\u13a0',
      '\u0915\u093f\u093f\u093f\u093f\u093f',
    ])
      expect(handleOf(mixed)).withContext(mixed).toBeNull();
  });

  it('accepts its own results unchanged', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (typed) => {
        const handle = handleOf(typed);
        return handle === null || handleOf(handle) === handle;
      }),
    );
  });

  it('never accepts control characters', () => {
    holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (typed) => {
        if (/[\p{C}\p{Zl}\p{Zp}]/u.test(handleOf(typed) ?? '')) throw new Error(JSON.stringify(typed));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('oneWord', () => {
  it('replaces blanks with an underscore, and matches either', () => {
    expect(oneWord(' ann  are you')).toBe('ann_are_you');
    expect(folded('Ann are you')).toBe(folded('ann_ARE_you'));
  });
});

describe('alike', () => {
  it('matches handles that differ by case or by letters that look the same', () => {
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
      ['bob', '\uff42\uff4f\uff42'],
      ['will', 'vvill'],
      ['will', 'w1ll'],
      ['wow', 'vvovv'],
      ['dan', 'clan'],
      ['sue5', 'sues'],
      ['bob', 'b\u0323o\u0331b'],
      ['ann are you', 'ann_are_you'],
    ] as const) {
      expect(alike(one, other)).withContext(`${one} ${other}`).toBe(true);
      expect(alike(other, one)).withContext(`${other} ${one}`).toBe(true);
    }
  });

  it('distinguishes other handles', () => {
    for (const [one, other] of [
      ['ann', 'anna'],
      ['Zo\u00eb', 'Zoe'],
      ['\u6f22\u5b57', '\u6c49\u5b57'],
      ['bob', 'rob'],
    ] as const)
      expect(alike(one, other)).withContext(`${one} ${other}`).toBe(false);
  });

  it('matches every handle with itself, in any case', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (handle) =>
        alike(handle, folded(handle)),
      ),
    );
  });
});
