import fc from 'fast-check';
import { rateLimitKey } from '../../../streams/admission/rate-limit-key.js';
import { holds } from '../../support/holds.js';

describe('rateLimitKey', () => {
  it('is the address itself for IPv4', () => {
    expect(rateLimitKey('192.0.2.1')).toBe('192.0.2.1');
    expect(rateLimitKey('192.0.2.1')).not.toBe(rateLimitKey('192.0.2.2'));
  });

  it('is the /64 for IPv6', () => {
    expect(rateLimitKey('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(rateLimitKey('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe('2001:db8:1:2::/64');
    expect(rateLimitKey('2001:db8:1:3:3:4:5:6')).toBe('2001:db8:1:3::/64');
  });

  const written: [address: string, network: string][] = [
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::3:4:5:6:7', '2001:db8:0:3::/64'],
    ['2001:0DB8:0001:0000::9', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ];
  for (const [address, network] of written) {
    it(`recognises ${address} in any notation`, () => {
      expect(rateLimitKey(address)).toBe(network);
    });
  }

  it('takes IPv4-mapped addresses for IPv4', () => {
    expect(rateLimitKey('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(rateLimitKey('::FFFF:192.0.2.1')).toBe('192.0.2.1');
    expect(rateLimitKey('::ffff:192.0.2.1%eth0')).toBe('192.0.2.1');
  });

  const group = fc.integer({ min: 0, max: 0xffff });
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  const write = (groups: number[]) => groups.map((value) => value.toString(16)).join(':');
  /** The shortest notation (RFC 5952). */
  const shorten = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);

  it('is equal for two addresses exactly if their first 64 bits are', () => {
    holds(
      fc.property(half, half, half, half, (one, other, low, high) => {
        throwUnless(rateLimitKey(write([...one, ...low]))).toBe(rateLimitKey(write([...one, ...high])));
        if (write(one) === write(other)) return;
        throwUnless(rateLimitKey(write([...one, ...low]))).not.toBe(rateLimitKey(write([...other, ...low])));
      }),
    );
  });

  it('is equal for the long and the short notation', () => {
    const zeros = fc.oneof(fc.constant(0), group);
    holds(
      fc.property(fc.array(zeros, { minLength: 8, maxLength: 8 }), (groups) => {
        throwUnless(rateLimitKey(shorten(write(groups)))).toBe(rateLimitKey(write(groups)));
      }),
    );
  });

  it("returns text that isn't an address unchanged", () => {
    holds(
      fc.property(fc.string(), (text) => {
        throwUnless(typeof rateLimitKey(text)).toBe('string');
      }),
    );
  });
});
