import { isOriginAllowed } from '../../../../lib/transports/web/is-origin-allowed.js';

describe('isOriginAllowed', () => {
  for (const [origin, host, expected] of [
    [undefined, 'bbs.example', true],
    ['https://bbs.example', 'bbs.example', true],
    ['https://bbs.example', 'BBS.example:443', true],
    ['http://bbs.example', 'bbs.example:80', true],
    ['http://bbs.example:8080', 'bbs.example:8080', true],
    ['http://[::1]:8080', '[::1]:8080', true],
    ['http://bbs.example:8081', 'bbs.example:8080', false],
    ['http://evil.example', 'bbs.example', false],
    ['http://bbs.example.evil.example', 'bbs.example', false],
    ['null', 'bbs.example', false],
    ['', 'bbs.example', false],
    ['file://', '', false],
    ['nonsense', 'nonsense', false],
    ['ftp://bbs.example', 'bbs.example', false],
  ] as const) {
    it(`says ${expected} to the origin ${origin} at the host ${host}`, () => {
      expect(isOriginAllowed(origin, host, undefined)).toBe(expected);
    });
  }

  it('allows the given origins only, and clients without one', () => {
    const origins = ['https://bbs.example', 'http://localhost:8080'];
    expect(isOriginAllowed('https://bbs.example:443', 'x', origins)).toBeTrue();
    expect(isOriginAllowed('http://localhost:8080', 'x', origins)).toBeTrue();
    expect(isOriginAllowed(undefined, 'x', origins)).toBeTrue();
    expect(isOriginAllowed('http://bbs.example', 'bbs.example', origins)).toBeFalse();
    expect(isOriginAllowed('https://x', 'x', [])).toBeFalse();
    expect(isOriginAllowed('null', 'x', origins)).toBeFalse();
  });
});
