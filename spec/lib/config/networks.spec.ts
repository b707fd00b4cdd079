import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { networkOf, networks } from '../../../lib/config/networks.js';
import { holds } from '../../support/holds.js';

describe('networkOf', () => {
  it('accepts addresses and networks of both families', () => {
    expect(networkOf('192.0.2.1')).toEqual({ address: '192.0.2.1', prefix: 32, family: 'ipv4' });
    expect(networkOf('203.0.113.0/24')).toEqual({ address: '203.0.113.0', prefix: 24, family: 'ipv4' });
    expect(networkOf('2001:db8::/32')).toEqual({ address: '2001:db8::', prefix: 32, family: 'ipv6' });
    expect(networkOf('0.0.0.0/0')?.prefix).toBe(0);
  });

  it('reads IPv4 in IPv6 notation as IPv4', () => {
    expect(networkOf('::ffff:192.0.2.1')).toEqual({ address: '192.0.2.1', prefix: 32, family: 'ipv4' });
    expect(networkOf('::ffff:203.0.113.0/120')).toEqual({
      address: '203.0.113.0',
      prefix: 24,
      family: 'ipv4',
    });
    expect(networkOf('::ffff:0:0/96')?.prefix).toBe(0);
    expect(networkOf('::/0')?.family).toBe('ipv6');
  });

  for (const text of [
    '',
    'a',
    '192.0.2',
    '192.0.2.0/33',
    '::/129',
    '::/',
    '/24',
    '192.0.2.1/a',
    'fe80::1%eth0',
    ' ::',
  ]) {
    it(`rejects ${JSON.stringify(text)}`, () => expect(networkOf(text)).toBeUndefined());
  }
});

describe('networks', () => {
  it('contains an address if one of the networks does', () => {
    const held = networks(['203.0.113.0/24', '192.0.2.7', '2001:db8::/32']);
    expect(['203.0.113.255', '192.0.2.7', '2001:db8:ffff::1'].map(held)).toEqual([true, true, true]);
    expect(['203.0.114.0', '192.0.2.8', '2001:db9::1'].map(held)).toEqual([false, false, false]);
  });

  it('knows IPv4-mapped addresses, and addresses with a zone', () => {
    const held = networks(['203.0.113.0/24', 'fe80::/10']);
    expect(held('::ffff:203.0.113.9')).toBe(true);
    expect(held('::ffff:203.0.114.9')).toBe(false);
    expect(held('fe80::1%eth0')).toBe(true);
    const inClothes = networks(['::ffff:203.0.113.0/120', '::ffff:192.0.2.7']);
    expect(['203.0.113.9', '192.0.2.7', '::ffff:192.0.2.7'].map(inClothes)).toEqual([true, true, true]);
    expect(['203.0.114.9', '192.0.2.8', '::203.0.113.9'].map(inClothes)).toEqual([false, false, false]);
  });

  it('contains IPv4 callers by entries in IPv6 notation', () => {
    const held = networks(['::ffff:203.0.113.0/120', '::FFFF:192.0.2.7']);
    expect(['203.0.113.9', '192.0.2.7', '::ffff:192.0.2.7', '::ffff:c000:207'].map(held)).toEqual(
      Array(4).fill(true),
    );
    expect(['203.0.114.9', '192.0.2.8', '2001:db8::1'].map(held)).toEqual(Array(3).fill(false));
  });

  it('may contain everything, or nothing', () => {
    expect(networks(['0.0.0.0/0'])('198.51.100.1')).toBe(true);
    expect(networks(['0.0.0.0/0'])('2001:db8::1')).toBe(false);
    expect(networks(['::/0'])('2001:db8::1')).toBe(true);
    expect(networks(['::/0'])('198.51.100.1')).toBe(false);
    expect(networks([])('198.51.100.1')).toBe(false);
  });

  it('contains nothing but addresses', () => {
    const held = networks(['0.0.0.0/0', '::/0']);
    for (const text of ['', 'unix', '1.2.3', '%']) expect(held(text)).withContext(text).toBe(false);
  });

  it('looks an address up once per prefix length, however long the list', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
    const held = networks([...many, '192.0.2.0/25', '2001:db8::/32', '2001:db8:1::/48']);
    const looks = spyOn(Set.prototype, 'has').and.callThrough();
    const looksFor = (address: string) => {
      looks.calls.reset();
      held(address);
      return looks.calls.count();
    };
    expect(['198.51.100.1', '2001:db9::1', 'nowhere'].map(looksFor)).toEqual([2, 2, 0]);
  });

  it('contains what net.BlockList contains', () => {
    // Few different bits, so that networks and addresses meet.
    const byte = fc.constantFrom(0, 1, 127, 128, 192, 255);
    const group = fc.constantFrom('0', '1', '8000', 'ff00', 'ffef', '00ab');
    const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
    const ipv6 = fc.oneof(
      fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
      fc.array(group, { minLength: 1, maxLength: 6 }).map((groups) => `${groups.join(':')}::`),
      ipv4.map((address) => `::${address}`),
    );
    const network = fc.oneof(
      fc.tuple(ipv4, fc.nat(32)).map((parts) => parts.join('/')),
      fc.tuple(ipv6, fc.nat(128)).map((parts) => parts.join('/')),
    );
    holds(
      fc.property(fc.array(network, { maxLength: 8 }), fc.oneof(ipv4, ipv6), (list, address) => {
        const theirs = new BlockList();
        for (const each of list) {
          const { address: base = '', prefix = 0, family } = networkOf(each) ?? {};
          // Of theirs, ::/0 holds IPv4 too.
          if (isIPv4(base) === isIPv4(address)) theirs.addSubnet(base, prefix, family);
        }
        throwUnless(networks(list)(address)).toBe(theirs.check(address, isIPv4(address) ? 'ipv4' : 'ipv6'));
      }),
    );
  });
});
