import * as fc from 'fast-check';
import { isOrdinary, sanitize, withoutControls } from '../../../streams/terminal/sanitize.js';
import { holds } from '../../support/holds.js';

/** What must never pass: controls, separators, bidirectional marks, surrogates, and zero-width characters. */
const DANGEROUS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_C}\u200b\u2060-\u206f\ufeff\ufff9-\ufffb\u00ad\u115f\u3164\u{e0000}-\u{e0fff}\p{Co}\p{Noncharacter_Code_Point}]|(?![\u200c\u200d])\p{Cf}|[\p{M}\p{Grapheme_Extend}\p{EMod}\u1160-\u11ff\ud7b0-\ud7ff\u200c\u200d]{7}/u;

/** Any text, rich in dangerous characters. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...[
          '\x1b]52;c;aGk=\x07',
          '\x9b31m',
          '\r\n',
          '\x85',
          '\u2028',
          '\u202e',
          '\u2066',
          '\u200b',
          '\u200d',
          '\ufe0f',
        ],
        ...[
          '\ud800',
          '\u{e0041}',
          '\u3164',
          '\u0301',
          'a',
          '\u{1f469}',
          '\u0645',
          '\u0600',
          '\u{1f3fd}',
          '\u1161',
          '\uff9e',
          '\ue000',
          '\u20dd',
        ],
      ),
    ),
  )
  .map((parts) => parts.join(''));

/** Marks on a letter, with something between every six of them. */
const towerOf = (between: string) => `e${('\u0301'.repeat(6) + between).repeat(40)}`;

describe('sanitize', () => {
  for (const [what, text, left] of [
    ['a title', '\x1b]0;title\x07hello', ']0;titlehello'],
    ['the clipboard', '\x1b]52;c;aGk=\x1b\\', ']52;c;aGk=\\'],
    ['colours', '\x1b[31mred\x9b0m', '[31mred0m'],
    ['a device control string', '\x1bP1$qm\x1b\\', 'P1$qm\\'],
    ['C0, DEL and C1', 'a\0\x07\b\t\x7f\x80\x9fb', 'ab'],
    ['a second line', 'one\r\ntwo\x85three\u2028four\u2029', 'onetwothreefour'],
    ['reversed text', '\u202eeno\u202c\u2066x\u2069\u200f\u061c', 'enox'],
    ['zero-width characters', 'a\u200bb\u2060c\ufeffd\u00ade', 'abcde'],
    ['invisible letters', '\u115f\u3164\uffa0ann', 'ann'],
    ['tags', 'ann\u{e0061}\u{e007f}', 'ann'],
    ['lone surrogates', 'a\ud800b\udc00', 'ab'],
    ['interlinear annotations', '\ufff9a\ufffab\ufffb', 'ab'],
    ['stray joiners', '\u200d\u200cann\u200db', 'annb'],
    ['stray variation selectors', '\ufe0fann\ufe0f\ufe0f', 'ann'],
    ['stacked marks', `e${'\u0301'.repeat(50)}`, `e${'\u0301'.repeat(6)}`],
    ['stacked marks with number signs between', towerOf('\u0600'), `e${'\u0301'.repeat(6)}`],
    ['stacked marks with joiners between', towerOf('\u200d'), `e${'\u0301'.repeat(6)}`],
    ['stacked Hangul vowels', `\u1100${'\u1161'.repeat(50)}`, `\u1100${'\u1161'.repeat(6)}`],
    ['stacked skin tones', `\u{1f44d}${'\u{1f3fd}'.repeat(50)}`, `\u{1f44d}${'\u{1f3fd}'.repeat(6)}`],
    ['format controls', 'a\u06dd\u070f\u08e2\u{110bd}\u{13430}\u{1bca0}\u{1d173}b', 'ab'],
    ['invisible operators', '2\u20613\u20624', '234'],
    ['private-use characters', 'a\ue000\uf8ff\u{f0000}\u{10fffd}b', 'ab'],
    ['noncharacters', 'a\ufdd0\uffff\u{1fffe}b', 'ab'],
  ] as const)
    it(`drops ${what}`, () => expect(sanitize(text)).toBe(left));

  for (const text of [
    'Zo\u00eb, Zoe\u0308',
    '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', // Persian, with a non-joiner
    '\u0915\u094d\u200d\u0937', // an Indic conjunct, with a joiner
    '\u6f22\u5b57 \ud55c\uae00 \u0e44\u0e17\u0e22',
    '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{1f44d}\u{1f3fd} 1\ufe0f\u20e3 \u2764\ufe0f \u{1f3f3}\ufe0f\u200d\u{1f308} \u{1f1e9}\u{1f1ea}',
    '\u2591\u2592\u2593 \u2554\u2550\u2557 \u28ff\u2800\u28ff',
    '\u1112\u1161\u11ab \u0e17\u0e35\u0e48',
    '\u{1f9d1}\u{1f3fb}\u200d\u2764\ufe0f\u200d\u{1f48b}\u200d\u{1f9d1}\u{1f3ff}',
  ])
    it(`leaves ${text} unchanged`, () => expect(sanitize(text)).toBe(text));

  it('leaves nothing dangerous in any text, and is idempotent', () => {
    holds(
      fc.property(anyText, (text) => {
        const safe = sanitize(text);
        return !DANGEROUS.test(safe) && sanitize(safe) === safe;
      }),
    );
  });

  it('handles a million letters of one kind quickly', () => {
    for (const letter of [
      '\x1b',
      '\u202e',
      '\u200d',
      '\ufe0f',
      '\u0301',
      '\ud800',
      'a\u0301',
      '\u0600',
      '\u{1f3fd}',
      '\u1161',
    ])
      expect(sanitize(letter.repeat(1_000_000)).length).toBeLessThanOrEqual(2_000_000);
  });
});

describe('withoutControls', () => {
  it('keeps joiners in a part of a text, whose letter may be in the part before', () => {
    expect(withoutControls('\u200d\u{1f469}\x1b\u202e')).toBe('\u200d\u{1f469}');
  });
});

describe('isOrdinary', () => {
  it('is true of printable ASCII only', () => {
    expect(isOrdinary('Hello, world! ~')).toBe(true);
    for (const odd of ['\x1b', 'a\n', '\x7f', '\u00e9']) expect(isOrdinary(odd)).toBe(false);
  });
});
