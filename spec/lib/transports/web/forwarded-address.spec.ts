import { forwardedAddress } from '../../../../lib/transports/web/forwarded-address.js';

const proxies = (address: string) => address.startsWith('10.') || address === '2001:db8::1';

describe('forwardedAddress', () => {
  for (const [what, peer, forwarded, expected] of [
    ['the peer, if it is no proxy', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['the peer, if there is no field', '10.0.0.1', undefined, '10.0.0.1'],
    ['what the proxy tells', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['the last entry, since callers write the first', '10.0.0.1', '1.1.1.1, 198.51.100.7', '198.51.100.7'],
    ['the caller behind two proxies', '10.0.0.1', '1.1.1.1,198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['the first, if all are proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['an address without its port', '10.0.0.1', '198.51.100.7:1234', '198.51.100.7'],
    ['an IPv6 address in its usual form', '10.0.0.1', '2001:DB8:0::7', '2001:db8::7'],
    ['an IPv6 address without brackets and port', '10.0.0.1', '[2001:db8::7]:80', '2001:db8::7'],
    ['a mapped address as IPv4', '2001:db8::1', '::ffff:198.51.100.7', '198.51.100.7'],
    ['the proxy, if the entry is no address', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
    ['the last proxy before an entry that is no address', '10.0.0.1', 'evil\x1b, 10.0.0.2', '10.0.0.2'],
    ['the proxy, if the field is empty', '10.0.0.1', '', '10.0.0.1'],
  ] as const) {
    it(`returns ${what}`, () => {
      expect(forwardedAddress(peer, forwarded, proxies)).toBe(expected);
    });
  }
});
