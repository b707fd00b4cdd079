import fc from 'fast-check';
import { byteIndex } from '../../../streams/terminal/byte-index.js';
import { holds } from '../../support/holds.js';

const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;

describe('byteIndex', () => {
  it('finds the byte of a character', () => {
    const bytes = Buffer.from('aé漢👪z');
    expect([0, 1, 2, 3, 5, 6].map((at) => byteIndex(bytes, at, decode))).toEqual([0, 1, 3, 6, 10, 11]);
  });

  it('divides any bytes where it divides their text', () => {
    const some = fc.array(
      fc.constantFrom(0x0d, 0x41, 0x80, 0xc3, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x91, 0xaa, 0xff),
    );
    holds(
      fc.property(fc.oneof(some, fc.array(fc.nat(255))), (all) => {
        const bytes = Uint8Array.from(all);
        const text = decode(bytes);
        for (let at = 0; at <= text.length; at += 1) {
          if (isLow(text.charCodeAt(at))) continue;
          const index = byteIndex(bytes, at, decode);
          if (decode(bytes.subarray(0, index)) !== text.slice(0, at)) return false;
          if (decode(bytes.subarray(index)) !== text.slice(at)) return false;
        }
        return true;
      }),
    );
  });
});
