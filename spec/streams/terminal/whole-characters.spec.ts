import fc from 'fast-check';
import { wholeCharacters } from '../../../streams/terminal/whole-characters.js';
import { holds } from '../../support/holds.js';

describe('wholeCharacters', () => {
  it('leaves out a character that is cut, and no other', () => {
    for (const character of ['a', 'é', '漢', '👪']) {
      const bytes = Buffer.from(`x${character}`);
      expect(wholeCharacters(bytes)).toBe(bytes.length);
      for (let end = 1; end < bytes.length; end += 1) expect(wholeCharacters(bytes.subarray(0, end))).toBe(1);
    }
    expect(wholeCharacters(Uint8Array.of())).toBe(0);
  });

  it('counts what can be no character as whole', () => {
    for (const broken of [[0x80], [0xff], [0x41, 0xbf, 0xbf, 0xbf], [0x80, 0x80, 0x80, 0x80]])
      expect(wholeCharacters(Uint8Array.from(broken))).toBe(broken.length);
  });

  it('lets any bytes be decoded in two parts', () => {
    holds(
      fc.property(fc.uint8Array(), (bytes) => {
        const end = wholeCharacters(bytes);
        expect(bytes.length - end).toBeLessThan(4);
        const [text, first, rest] = [bytes, bytes.subarray(0, end), bytes.subarray(end)].map((part) =>
          Buffer.from(part).toString(),
        );
        return `${first}${rest}` === text;
      }),
    );
  });
});
