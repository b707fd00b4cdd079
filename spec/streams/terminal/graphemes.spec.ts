import fc from 'fast-check';
import {
  firstLetter,
  graphemesOf,
  isSimple,
  lastLetter,
  letterStart,
} from '../../../streams/terminal/graphemes.js';
import { holds } from '../../support/holds.js';

const SEGMENTER = new Intl.Segmenter();
const segments = (text: string) => [...SEGMENTER.segment(text)].map(({ segment }) => segment);

/** Letters that are hard to separate, and all other Unicode. */
const pieces = fc.oneof(
  fc.constantFrom(
    'a',
    ' ',
    'é',
    '漢',
    '한',
    '\u1100',
    '\u1161',
    '\u11a8',
    '가',
    '\u0301',
    '\u200d',
    '\ufe0f',
  ),
  fc.constantFrom(
    '🇩',
    '🇪',
    '👩',
    '👧',
    '🏽',
    '⌚',
    '©',
    '\u0600',
    '\u0e33',
    'क',
    '\u094d',
    'ा',
    '\r',
    '\n',
    '\x1b',
  ),
  fc.string({ unit: 'binary', maxLength: 2 }),
);
const texts = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''));

describe('the letters of a text', () => {
  it('match Unicode, for any text', () => {
    holds(fc.property(texts, (text) => expect(graphemesOf(text)).toEqual(segments(text))));
  });

  it('are UTF-16 units in simple text, and none in an empty one', () => {
    expect(graphemesOf('')).toEqual([]);
    expect(isSimple('né, 漢字 가')).toBeTrue();
    expect(isSimple('e\u0301')).toBeFalse();
    expect(isSimple('👋')).toBeFalse();
  });

  it('have a first and a last', () => {
    const short = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((all) => all.join(''));
    holds(
      fc.property(
        short.filter((text) => text !== ''),
        (text) => {
          expect(firstLetter(text)).toBe(segments(text)[0] as string);
          expect(lastLetter(text)).toBe(segments(text).at(-1) as string);
        },
      ),
    );
    expect(firstLetter('')).toBe('');
    expect(lastLetter('')).toBe('');
  });

  it('have a start, for each unit of the text', () => {
    holds(
      fc.property(texts, (text) => {
        let start = 0;
        for (const letter of segments(text)) {
          for (let at = start; at < start + letter.length; at += 1) expect(letterStart(text, at)).toBe(start);
          start += letter.length;
        }
        expect(letterStart(text, text.length)).toBe(text.length);
      }),
    );
  });

  it('are cached per end of a text, so that a key held down is cheap', () => {
    const flags = '🇩🇪🇫🇷'.repeat(30);
    const segment = spyOn(Intl.Segmenter.prototype, 'segment').and.callThrough();
    lastLetter(flags);
    const once = segment.calls.count();
    for (let count = 0; count < 100; count += 1) lastLetter(flags);
    expect(segment.calls.count()).toBe(once);
    expect(graphemesOf('é'.repeat(1000)).length).toBe(1000);
    expect(segment.calls.count()).toBe(once);
  });

  it('are dropped from the cache before it grows too large', () => {
    for (let point = 0x1f300; point < 0x1f300 + 3000; point += 1) lastLetter(String.fromCodePoint(point));
    expect(lastLetter('👋🏽')).toBe('👋🏽');
  });
});
