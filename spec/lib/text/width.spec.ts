import fc from 'fast-check';
import stringWidth from 'string-width';
import { width } from '../../../lib/text/width.js';
import { holds } from '../../support/holds.js';

describe('width', () => {
  it('returns the number of columns of a text', () => {
    expect(width('hello')).toBe(5);
    expect(width('\u6f22\u5b57 \u{1f44b} e\u0301')).toBe(9);
    expect(width('\x1b[1;36mann\x1b[0m: \u00e9')).toBe(6);
    expect(width('\x1b]8;id=1;https://a.example/!,+()[]\x1b\\ann\x1b]8;;\x1b\\')).toBe(3);
    expect(width('')).toBe(0);
  });

  it('adds up all letters, repeated ones too', () => {
    const letters = fc.constantFrom(
      'a',
      '\u6f22',
      '\u{1f44b}\u{1f3fd}',
      'e\u0301',
      '\u{1f469}\u200d\u{1f467}',
      ' ',
    );
    holds(
      fc.property(fc.array(letters), (text) => {
        const sum = text.reduce((columns, letter) => columns + stringWidth(letter), 0);
        return width(text.join(' ')) === sum + Math.max(0, text.length - 1);
      }),
    );
  });

  it('splits no letter again that it has seen: each `Segmenter` leaves objects of ICU to collect', () => {
    width('\u0e01\u{1f44b}');
    const segment = spyOn(Intl.Segmenter.prototype, 'segment').and.callThrough();

    expect(width('\u0e01') + width('\u{1f44b}')).toBe(3);

    expect(segment).not.toHaveBeenCalled();
  });

  it('limits its cache', () => {
    for (let point = 0x4e00; point < 0x4e00 + 20_000; point += 1) width(String.fromCodePoint(point));
    expect(width('\u6f22')).toBe(2);
  });
});
