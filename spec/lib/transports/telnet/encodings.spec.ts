import fc from 'fast-check';
import {
  decoded,
  decoder,
  encode,
  encoded,
  encodingNamed,
  isAscii,
  utf8AsLatin1,
} from '../../../../lib/transports/telnet/encodings.js';
import type { Encoding } from '../../../../streams/types/connection.js';
import { holds } from '../../../support/holds.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Encodes a text as CP437, with the bytes as Latin-1. */
const pc = (text: string) => Buffer.from(encode(text, 'cp437')).toString('latin1');
const latin1 = (...values: number[]) => String.fromCharCode(...values);
const letters = new Intl.Segmenter();

describe('encode', () => {
  for (const encoding of ['utf-8', 'cp437'] as Encoding[]) {
    it(`keeps ASCII unchanged, control characters and colours too (${encoding})`, () => {
      const ascii = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code));

      expect(Buffer.from(encode(`${ascii}\x1b[1;31m\r\n`, encoding)).toString('latin1')).toBe(
        `${ascii}\x1b[1;31m\r\n`,
      );
    });

    it(`returns nothing for an empty text (${encoding})`, () => {
      expect(encode('', encoding).length).toBe(0);
    });

    it(`encodes a text of any length (${encoding})`, () => {
      for (const length of [43_690, 43_691, 131_071, 131_072, 131_073, 300_000]) {
        const [ascii, other] = [encode('x'.repeat(length), encoding), encode('é'.repeat(length), encoding)];

        expect(ascii.length).toBe(length);
        expect(other.length).toBe(encoding === 'utf-8' ? 2 * length : length);
        expect([ascii.at(-1), other.at(-1)]).toEqual([0x78, encoding === 'utf-8' ? 0xa9 : 0x82]);
      }
    });

    it(`returns bytes that the next call doesn't overwrite (${encoding})`, () => {
      const one = encode('one é', encoding);
      const before = [...one];
      encode('two ü', encoding);

      expect([...one]).toEqual(before);
    });
  }

  it('encodes any letter in UTF-8', () => {
    expect(encode('é░漢👪', 'utf-8')).toEqual(Buffer.from('é░漢👪'));
  });

  it('never returns invalid UTF-8: half of a surrogate pair becomes U+FFFD', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    expect(strict.decode(encode('a\ud83d', 'utf-8'))).toBe('a\ufffd');
    holds(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud83d', '\udc6a'), (text, half) => {
        const broken = `${text}${half}x`;
        if (strict.decode(encode(broken, 'utf-8')) !== Buffer.from(broken).toString())
          throw new Error('not the text');
      }),
    );
  });

  it('encodes the letters and lines of the IBM PC', () => {
    expect(pc('é ░▒▓█ ╔═╗ ñ ß π')).toBe(
      latin1(...[0x82, 32, 0xb0, 0xb1, 0xb2, 0xdb, 32, 0xc9, 0xcd, 0xbb], ...[32, 0xa4, 32, 0xe1, 32, 0xe3]),
    );
  });

  it('encodes a composed letter', () => {
    expect(pc('e\u0301')).toBe(latin1(0x82));
    expect(pc('n\u0303o')).toBe(`${latin1(0xa4)}o`);
  });

  it('leaves out the marks on a letter that CP437 has only without them', () => {
    expect(pc('x\u0301')).toBe('x');
    expect(pc('ā')).toBe('a');
    expect(pc('Ệ')).toBe('E');
  });

  it("returns one ? for a letter that CP437 doesn't have, whatever its code points", () => {
    expect(pc('a漢b')).toBe('a?b');
    expect(pc('👋🏽!')).toBe('?!');
    expect(pc('👩‍👩‍👧‍👦!')).toBe('?!');
    expect(pc('🇳🇴')).toBe('?');
    expect(pc('\ud83d')).toBe('?');
    expect(pc('漢\u0301')).toBe('?');
  });

  it('keeps a line ending among other letters', () => {
    expect(pc('é\r\n漢\r\n')).toBe(`${latin1(0x82)}\r\n?\r\n`);
  });

  it('encodes the no-break space as a single byte 0xFF, which telnet doubles later', () => {
    expect(pc('a\u00a0b')).toBe(latin1(97, 255, 98));
  });

  it('restores every byte decoded from CP437', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const byte of all) expect([...encode(decoder('cp437')(bytes(byte)), 'cp437')]).toEqual([byte]);
    holds(
      fc.property(fc.uint8Array(), (some) => {
        const again = encode(decoder('cp437')(some), 'cp437');
        if (Buffer.compare(again, some) !== 0) throw new Error(`${some} became ${again}`);
      }),
    );
  });

  it("returns at most as many bytes as letters, each the letter's own or a ?", () => {
    holds(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const shown = decoder('cp437')(encode(text, 'cp437'));
        const were = Array.from(letters.segment(text.normalize('NFC')), ({ segment }) => segment);
        const now = Array.from(letters.segment(shown), ({ segment }) => segment);
        if (now.length !== were.length) throw new Error(`${were.length} letters became ${now.length}`);
        for (const [index, letter] of now.entries()) {
          const was = were[index] ?? '';
          if (letter !== '?' && !was.normalize('NFD').startsWith(letter.normalize('NFD').charAt(0))) {
            throw new Error(`${was} became ${letter}`);
          }
        }
      }),
    );
  });
});

describe('isAscii', () => {
  it('accepts a text that has the same bytes in every encoding', () => {
    expect(isAscii('')).toBe(true);
    expect(isAscii('Hello\r\n\x1b[1m\x00\x7f')).toBe(true);
    for (const letter of ['\x80', 'é', '\u00ff', '漢', '👪', '\ud83d']) {
      expect(isAscii(letter)).withContext(letter).toBe(false);
      expect(isAscii(`Hello${letter}`))
        .withContext(letter)
        .toBe(false);
    }
  });

  it('never accepts another text, whatever its length', () => {
    for (const length of [43_690, 131_071, 131_072, 131_073, 400_000]) {
      const text = 'x'.repeat(length);

      expect(isAscii(`${text}é`)).toBe(false);
      expect(isAscii(`é${text}`)).toBe(false);
      expect(isAscii(text)).toBe(length <= 131_072);
    }
  });
});

describe('ASCII', () => {
  for (const [text, shown] of [
    ['plain', 'plain'],
    ['café, naïve, Ærø', 'cafe, naive, ?r?'],
    ['e\u0301', 'e'],
    ['░▒▓ ═╬═', '??? ???'],
    ['漢字', '??'],
    ['👨‍👩‍👧 🇩🇪 👍🏽', '? ? ?'],
    ['\x1b[1mann\x1b[0m', '\x1b[1mann\x1b[0m'],
  ] as const)
    it(`shows ${JSON.stringify(text)} as ${JSON.stringify(shown)}`, () => {
      expect(Buffer.from(encode(text, 'ascii')).toString('latin1')).toBe(shown);
    });
});

describe('decoded', () => {
  it('returns whole characters, and U+FFFD for invalid ones', () => {
    expect(decoded(Buffer.from('aé漢👪z'), 'utf-8')).toBe('aé漢👪z');
    expect(decoded(bytes(97, 0xff, 98), 'utf-8')).toBe('a\ufffdb');
    expect(decoded(bytes(97, 0x82, 0xb0), 'cp437')).toBe('aé░');
  });

  it('decodes the Windows code page for an ASCII client, without control characters', () => {
    expect(decoded(bytes(97, 0xe9, 0x80, 0x93, 0x9b), 'ascii')).toBe('aé€“›');
    expect(decoder('ascii')(bytes(97, 0xe9))).toBe('aé');
    expect(decoded(bytes(0x81, 0x8d, 0x8f, 0x90, 0x9d), 'ascii')).toBe('\ufffd'.repeat(5));
  });
});

describe('encoded', () => {
  it('is what a terminal sends for a text', () => {
    expect([...encoded('aé漢', 'utf-8')]).toEqual([...Buffer.from('aé漢')]);
    const all = bytes(...Array.from({ length: 256 }, (_, byte) => byte));
    expect([...encoded(decoded(all, 'cp437'), 'cp437')]).toEqual([...all]);
    expect([...encoded('é€', 'ascii')]).toEqual([0xe9, 0x80]);
  });
});

describe('decoder', () => {
  it('decodes UTF-8, however it is chunked', () => {
    const text = 'aé漢👪z';
    const whole = Buffer.from(text);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const decode = decoder('utf-8');
      expect(decode(whole.subarray(0, cut)) + decode(whole.subarray(cut)))
        .withContext(`cut at ${cut}`)
        .toBe(text);
    }
    const decode = decoder('utf-8');
    expect(Array.from(whole, (byte) => decode(bytes(byte))).join('')).toBe(text);
  });

  it('decodes invalid UTF-8 as U+FFFD, and continues', () => {
    const decode = decoder('utf-8');

    expect(decode(bytes(97, 0xff, 98))).toBe('a\ufffdb');
    expect(decode(bytes(0xc3))).toBe('');
    expect(decode(bytes(97))).toBe('\ufffda');
  });

  it('decodes CP437, one letter per byte', () => {
    expect(decoder('cp437')(bytes(97, 0x82, 0xb0, 0xdb, 0xff))).toBe('aé░█\u00a0');
    expect(decoder('cp437')(bytes(8, 13, 10, 27, 127))).toBe('\b\r\n\x1b\x7f');
  });

  it('keeps separate state for each caller', () => {
    const [one, other] = [decoder('utf-8'), decoder('utf-8')];
    one(bytes(0xc3));

    expect(other(bytes(97))).toBe('a');
    expect(one(bytes(0xa9))).toBe('é');
  });
});

describe('encodingNamed', () => {
  for (const [charset, encoding] of [
    ['UTF-8', 'utf-8'],
    ['utf8', 'utf-8'],
    ['CP437', 'cp437'],
    ['IBM437', 'cp437'],
    ['437', 'cp437'],
    ['US-ASCII', 'ascii'],
    ['ascii', 'ascii'],
    ['ISO-8859-1', undefined],
    ['', undefined],
    ['UTF-8 ', undefined],
    ['constructor', undefined],
  ] as const) {
    it(`returns ${encoding ?? 'none'} for ${charset || 'no name'}`, () =>
      expect(encodingNamed(charset)).toBe(encoding));
  }
});

describe('utf8AsLatin1', () => {
  it('returns the bytes of UTF-8 as letters, also of invalid text and beyond its buffer', () => {
    for (const text of ['', 'plain', 'é░漢👪', 'a\ud83d', '\udc00b', 'é'.repeat(50_000), '漢'.repeat(50_000)])
      expect(utf8AsLatin1(text) === Buffer.from(text).toString('latin1')).toBe(true);
  });
});
