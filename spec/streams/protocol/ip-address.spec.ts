import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { isIpv4, readIpv6, unmapped, writeIpv6 } from '../../../streams/protocol/ip-address.js';
import { holds } from '../../support/holds.js';

/** Text that is close to an address. */
const nearly = (alphabet: string) =>
  fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(fc.constantFrom(...alphabet), { maxLength: 20 }).map((letters) => letters.join('')),
  );

describe('isIpv4', () => {
  for (const text of ['0.0.0.0', '192.0.2.1', '255.255.255.255']) {
    it(`takes ${text}`, () => expect(isIpv4(text)).toBe(true));
  }

  for (const [why, text] of [
    ['an empty text', ''],
    ['three parts', '192.0.2'],
    ['five parts', '192.0.2.1.1'],
    ['a missing part', '192..2.1'],
    ['a number above 255', '192.0.2.256'],
    ['a leading zero', '192.0.2.01'],
    ['octal', '0300.0.2.1'],
    ['hexadecimal', '0xc0.0.2.1'],
    ['an exponent', '1e2.0.2.1'],
    ['a sign', '+192.0.2.1'],
    ['a negative number', '-1.0.2.1'],
    ['minus zero', '192.0.2.-0'],
    ['a space', ' 192.0.2.1'],
    ['a newline', '192.0.2.1\n'],
    ['NaN', 'NaN.NaN.NaN.NaN'],
    ['infinity', 'Infinity.0.2.1'],
    ['other digits', '١٩٢.0.2.1'],
  ] as const) {
    it(`refuses ${why}`, () => expect(isIpv4(text)).toBe(false));
  }

  it('agrees with Node about every text', () => {
    holds(
      fc.property(nearly('0123456789..'), (text) => {
        throwUnless(isIpv4(text)).toBe(isIPv4(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readIpv6', () => {
  for (const [text, groups] of [
    ['2001:db8:1:2:3:4:5:6', [0x2001, 0xdb8, 1, 2, 3, 4, 5, 6]],
    ['2001:0DB8:0001:0002:0003:0004:0005:0006', [0x2001, 0xdb8, 1, 2, 3, 4, 5, 6]],
    ['2001:db8::6', [0x2001, 0xdb8, 0, 0, 0, 0, 0, 6]],
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['::ffff:192.0.2.1', [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201]],
    ['1:2:3:4:5:6:255.255.0.1', [1, 2, 3, 4, 5, 6, 0xffff, 1]],
  ] as const) {
    it(`reads ${text}`, () => expect(readIpv6(text)).toEqual([...groups]));
  }

  for (const [why, text] of [
    ['an empty text', ''],
    ['seven groups', '1:2:3:4:5:6:7'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['a double colon among eight groups', '1:2:3:4::5:6:7:8'],
    ['two double colons', '1::2::3'],
    ['three colons', '1:::2'],
    ['a leading colon', ':1:2:3:4:5:6:7'],
    ['a trailing colon', '1:2:3:4:5:6:7:'],
    ['five digits', '2001:db8::12345'],
    ['a letter that is no digit', '2001:db8::g'],
    ['an IPv4 ending with a leading zero', '::ffff:192.0.2.01'],
    ['an IPv4 address before the end', '::192.0.2.1:1'],
    ['seven groups and an IPv4 ending', '1:2:3:4:5:6:7:192.0.2.1'],
    ['an IPv4 address', '192.0.2.1'],
    ['a zone', 'fe80::1%eth0'],
    ['brackets', '[::1]'],
    ['a space', '::1 '],
    ['a newline', '::1\n'],
  ] as const) {
    it(`refuses ${why}`, () => expect(readIpv6(text)).toBeUndefined());
  }

  it('agrees with Node about every text', () => {
    holds(
      fc.property(nearly('01abF::::..'), (text) => {
        throwUnless(readIpv6(text) !== undefined).toBe(isIPv6(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writeIpv6', () => {
  for (const [groups, text] of [
    [[0x2001, 0xdb8, 1, 2, 3, 4, 5, 0xabcd], '2001:db8:1:2:3:4:5:abcd'],
    [[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], '2001:db8::1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[1, 0, 0, 0, 0, 0, 0, 0], '1::'],
    [[1, 0, 2, 0, 3, 0, 4, 0], '1:0:2:0:3:0:4:0'],
    [[1, 0, 0, 2, 0, 0, 0, 3], '1:0:0:2::3'],
    [[0, 0, 1, 2, 0, 0, 3, 4], '::1:2:0:0:3:4'],
    [[1, 0x10, 0, 0, 0x100, 0, 0, 0x1000], '1:10::100:0:0:1000'],
  ] as const) {
    it(`writes ${text}`, () => expect(writeIpv6(groups)).toBe(text));
  }

  it('writes IPv4-mapped addresses as IPv4', () => {
    expect(writeIpv6([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201])).toBe('192.0.2.1');
    expect(writeIpv6([0, 0, 0, 0, 0, 0xffff, 0, 0])).toBe('0.0.0.0');
    expect(writeIpv6([0, 0, 0, 0, 0, 0xffff, 0xfeff, 0xfdff])).toBe('254.255.253.255');
    expect(writeIpv6([0, 0, 0, 0, 0, 0xfffe, 0xc000, 0x0201])).toBe('::fffe:c000:201');
  });

  const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));

  it('writes the same as URLs, and can be read back', () => {
    holds(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = writeIpv6(groups);
        if (isIP(text) === 4) return;
        const long = groups.map((value) => value.toString(16)).join(':');
        throwUnless(text).toBe(new URL(`http://[${long}]`).hostname.slice(1, -1));
        throwUnless(readIpv6(text)).toEqual(groups);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('unmapped', () => {
  it('returns an IPv4-mapped address as IPv4, and others unchanged', () => {
    expect(unmapped('::ffff:192.0.2.1')).toBe('192.0.2.1');
    for (const address of ['192.0.2.1', '2001:db8::1', '::ffff:c000:201', '::ffff:'])
      expect(unmapped(address)).toBe(address);
  });
});
