import fc from 'fast-check';
import { maxWidth } from '../../../lib/text/max-width.js';
import { width } from '../../../lib/text/width.js';
import { holds } from '../../support/holds.js';

describe('maxWidth', () => {
  it('returns the width of the letters where terminals agree', () => {
    for (const text of [
      '',
      'hello',
      'e\u0301',
      '\u6f22\u5b57',
      '\ud55c\uae00',
      '\u0e44\u0e17\u0e35\u0e48',
      '\u2591\u2554',
    ])
      expect(maxWidth(text)).withContext(text).toBe(width(text));
    expect(maxWidth('\x1b[1;36mann\x1b[0m: \u00e9')).toBe(6);
    expect(maxWidth('\x1b]8;id=1;https://a.example/!,+()[]\x1b\\ann\x1b]8;;\x1b\\')).toBe(3);
  });

  it('returns the sum of the code points that a terminal may not join', () => {
    for (const [text, columns] of [
      [Array(20).fill('\u{1f468}').join('\u200d'), 40],
      ['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', 6],
      ['\u{1f44d}\u{1f3fd}', 4],
      ['\u{1f1e9}\u{1f1ea}', 4],
      ['\u0915\u093e\u093e', 3],
      ['\u1112\u1161\u11ab', 4],
      ['\u{1f3f3}\ufe0f\u200d\u{1f308}', 4],
    ] as const)
      expect(maxWidth(text)).withContext(text).toBe(columns);
  });

  it('returns the width of the letter if that is more', () => {
    expect(maxWidth('1\ufe0f\u20e3')).toBe(2);
    expect(maxWidth('\u2764\ufe0f')).toBe(2);
  });

  it('treats unknown code points as wide, and marks unknown to older terminals as letters', () => {
    expect(maxWidth('\u{1faff}\u{3fffd}')).toBeGreaterThanOrEqual(3);
    expect(maxWidth('\u0d15\u0d00')).toBe(2);
  });

  it('is never less than width() or the sum of the parts, and always the same', () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const most = maxWidth(text);
        return most >= width(text) && most === maxWidth(text);
      }),
    );
  });

  it('splits no letter again that it has seen: each `Segmenter` leaves objects of ICU to collect', () => {
    maxWidth('\u0e01\u{1f44b}');
    const segment = spyOn(Intl.Segmenter.prototype, 'segment').and.callThrough();

    expect(maxWidth('\u0e01') + maxWidth('\u{1f44b}')).toBe(3);

    expect(segment).not.toHaveBeenCalled();
  });

  it('limits its cache', () => {
    for (let point = 0x4e00; point < 0x4e00 + 20_000; point += 1) maxWidth(String.fromCodePoint(point));
    expect(maxWidth('\u6f22')).toBe(2);
  });
});
