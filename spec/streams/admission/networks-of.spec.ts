import { networksOf, SHARES } from '../../../streams/admission/networks-of.js';

describe('networksOf', () => {
  it('returns an IPv4 address alone, in any notation', () => {
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1%eth0', '::ffff:c000:201'])
      expect(networksOf(address)).withContext(address).toEqual(['192.0.2.1']);
  });

  it('returns a /64, a /56 and a /48 for IPv6, the narrowest first', () => {
    expect(networksOf('2001:db8:1:abcd::7')).toEqual([
      '2001:db8:1:abcd::/64',
      '2001:db8:1:ab00::/56',
      '2001:db8:1::/48',
    ]);
    expect(networksOf('2001:db8:1:abff:ffff::')[1]).toBe('2001:db8:1:ab00::/56');
    expect(networksOf('2001:db8:1:ac00::')[1]).toBe('2001:db8:1:ac00::/56');
  });

  it('has a share for each network', () => {
    expect(SHARES.length).toBe(networksOf('2001:db8::1').length as 3);
  });

  it("doesn't take an IPv6 address for IPv4 that only looks like it", () => {
    for (const address of ['::c000:201', '::1:ffff:c000:201', '64:ff9b::c000:201'])
      expect(networksOf(address).length).withContext(address).toBe(3);
  });
});
