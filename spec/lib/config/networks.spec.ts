import { networkOf, networks } from '../../../lib/config/networks.js';

describe('networkOf', () => {
  it('takes addresses and networks of both families', () => {
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
    it(`doesn't take ${JSON.stringify(text)}`, () => expect(networkOf(text)).toBeUndefined());
  }
});

describe('networks', () => {
  it('holds the addresses that are in one of them', () => {
    const held = networks(['203.0.113.0/24', '192.0.2.7', '2001:db8::/32']);
    expect(['203.0.113.255', '192.0.2.7', '2001:db8:ffff::1'].map(held)).toEqual([true, true, true]);
    expect(['203.0.114.0', '192.0.2.8', '2001:db9::1'].map(held)).toEqual([false, false, false]);
  });

  it('knows IPv4 in the clothes of IPv6, and addresses with a zone', () => {
    const held = networks(['203.0.113.0/24', 'fe80::/10']);
    expect(held('::ffff:203.0.113.9')).toBe(true);
    expect(held('::ffff:203.0.114.9')).toBe(false);
    expect(held('fe80::1%eth0')).toBe(true);
  });

  it('holds callers over IPv4 by entries in IPv6 notation', () => {
    const held = networks(['::ffff:203.0.113.0/120', '::FFFF:192.0.2.7']);
    expect(['203.0.113.9', '192.0.2.7', '::ffff:192.0.2.7', '::ffff:c000:207'].map(held)).toEqual(
      Array(4).fill(true),
    );
    expect(['203.0.114.9', '192.0.2.8', '2001:db8::1'].map(held)).toEqual(Array(3).fill(false));
  });

  it('holds everything, or nothing', () => {
    expect(networks(['0.0.0.0/0'])('198.51.100.1')).toBe(true);
    expect(networks(['0.0.0.0/0'])('2001:db8::1')).toBe(false);
    expect(networks([])('198.51.100.1')).toBe(false);
  });

  it('holds nothing that is no address', () => {
    const held = networks(['0.0.0.0/0', '::/0']);
    for (const text of ['', 'unix', '1.2.3', '%']) expect(held(text)).withContext(text).toBe(false);
  });
});
