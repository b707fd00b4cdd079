import { headerForSsh } from '../../../../lib/transports/telnet/ssh-caller.js';
import { proxyHeader } from '../../../../streams/protocol/proxy-header.js';

describe('headerForSsh', () => {
  it('is a header of the PROXY protocol with the address of the caller', () => {
    for (const [connection, address] of [
      ['192.0.2.7 50000 198.51.100.1 22', '192.0.2.7'],
      ['2001:db8::7 50000 2001:db8::1 22', '2001:db8::7'],
      ['fe80::7%eth0 50000 fe80::1%eth0 22', 'fe80::7'],
    ] as const) {
      const header = Buffer.from(headerForSsh(connection) ?? '');
      expect(proxyHeader(header)).toEqual({ kind: 'header', address, length: header.length });
    }
  });

  it('is undefined for anything else', () => {
    for (const bad of [
      '',
      'UNKNOWN',
      '192.0.2.7 50000 198.51.100.1',
      '192.0.2.7 50000 2001:db8::1 22',
      '192.0.2.7 0 198.51.100.1 22',
      'x 50000 198.51.100.1 22',
      '192.0.2.7 50000 198.51.100.1 99999',
      '192.0.2.7 1\r\n2 198.51.100.1 22',
    ])
      expect(headerForSsh(bad)).withContext(bad).toBeUndefined();
  });
});
