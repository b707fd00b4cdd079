import { withoutCrNul } from '../../../../lib/transports/telnet/without-cr-nul.js';

const CR = 13;

describe('withoutCrNul', () => {
  it('makes CR NUL a CR, and leaves every other NUL', () => {
    expect(withoutCrNul(Uint8Array.of(0, 1, CR, 0, CR, 0, 0, CR, 10, 0), false)).toEqual(
      Uint8Array.of(0, 1, CR, CR, 0, CR, 10, 0),
    );
  });

  it('drops the NUL of a CR that came before', () => {
    expect(withoutCrNul(Uint8Array.of(0, 0, 1), true)).toEqual(Uint8Array.of(0, 1));
    expect(withoutCrNul(Uint8Array.of(0), true)).toEqual(Uint8Array.of());
  });

  it('does the same for many bytes', () => {
    const many = Buffer.from(`${'x'.repeat(200)}\r\0\0${'y'.repeat(200)}\r`);
    const once = Buffer.from(`${'x'.repeat(200)}\r\0${'y'.repeat(200)}\r`);
    expect(Buffer.from(withoutCrNul(many, false))).toEqual(once);
    expect(withoutCrNul(once.subarray(0, 200), false).length).toBe(200);
  });

  it('returns the same object when there is nothing to drop', () => {
    const data = Uint8Array.of(0, CR, 1, 0);
    expect(withoutCrNul(data, false)).toBe(data);
  });
});
