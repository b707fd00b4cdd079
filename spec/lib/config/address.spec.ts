import { addressOf } from '../../../lib/config/address.js';

describe('addressOf', () => {
  it('takes a URL for TLS, whose port is 992, and whatever is called over TLS', () => {
    expect(addressOf('telnets://bbs.example.org')).toEqual({
      host: 'bbs.example.org',
      port: 992,
      isSecure: true,
    });
    expect(addressOf('TELNETS://[2001:db8::1]:9923/')).toEqual({
      host: '2001:db8::1',
      port: 9923,
      isSecure: true,
    });
    expect(addressOf('bbs.example.org', undefined, true)?.port).toBe(992);
    expect(addressOf('bbs.example.org', '9923', true)?.isSecure).toBeTrue();
    expect(addressOf(undefined, undefined, true)).toBeUndefined();
  });

  it("accepts a host, with telnet's port", () => {
    expect(addressOf('bbs.example.org')).toEqual({ host: 'bbs.example.org', port: 23, isSecure: false });
    expect(addressOf('192.0.2.1')).toEqual({ host: '192.0.2.1', port: 23, isSecure: false });
  });

  it('accepts a host and a port', () => {
    expect(addressOf('localhost:2323')).toEqual({ host: 'localhost', port: 2323, isSecure: false });
    expect(addressOf('[::1]:2323')).toEqual({ host: '::1', port: 2323, isSecure: false });
  });

  it('accepts an IPv6 address with or without brackets', () => {
    expect(addressOf('2001:db8::1')).toEqual({ host: '2001:db8::1', port: 23, isSecure: false });
    expect(addressOf('[2001:db8::1]')).toEqual({ host: '2001:db8::1', port: 23, isSecure: false });
    expect(addressOf('fe80::1%eth0')).toEqual({ host: 'fe80::1%eth0', port: 23, isSecure: false });
  });

  it("returns this machine's board without an address", () => {
    expect(addressOf(undefined)).toEqual({ host: '127.0.0.1', port: 2323, isSecure: false });
  });

  it('accepts the port as a separate argument, like telnet', () => {
    expect(addressOf('localhost', '2323')).toEqual({ host: 'localhost', port: 2323, isSecure: false });
    expect(addressOf('2001:db8::1', '2323')).toEqual({ host: '2001:db8::1', port: 2323, isSecure: false });
    expect(addressOf('[::1]', '2323')).toEqual({ host: '::1', port: 2323, isSecure: false });
  });

  it('accepts a telnet URL', () => {
    expect(addressOf('telnet://bbs.example.org')).toEqual({
      host: 'bbs.example.org',
      port: 23,
      isSecure: false,
    });
    expect(addressOf('telnet://bbs.example.org:2323/')).toEqual({
      host: 'bbs.example.org',
      port: 2323,
      isSecure: false,
    });
    expect(addressOf('TELNET://guest@bbs.example.org:2323')).toEqual({
      host: 'bbs.example.org',
      port: 2323,
      isSecure: false,
    });
    expect(addressOf('telnet://[2001:db8::1]:2323/')).toEqual({
      host: '2001:db8::1',
      port: 2323,
      isSecure: false,
    });
  });

  for (const [host, port] of [
    ['host', '0'],
    ['host', '65536'],
    ['host', 'name'],
    ['host', ''],
    ['host:23', '2323'],
    ['[::1]:23', '2323'],
    ['telnet://host/', '2323'],
    ['', '2323'],
  ] as const) {
    it(`rejects ${JSON.stringify(host)} and ${JSON.stringify(port)}`, () => {
      expect(addressOf(host, port)).toBeUndefined();
    });
  }

  for (const text of [
    'telnet://',
    'telnet:///',
    'telnet://host:0/',
    'telnet://host/room',
    'http://host/',
    'ssh://host',
    '',
    ':2323',
    'host:',
    'host:0',
    'host:65536',
    'host:name',
    'a host',
    '[::1',
    '::1]:23',
    'a:b:c',
  ]) {
    it(`rejects ${JSON.stringify(text)}`, () => {
      expect(addressOf(text)).toBeUndefined();
    });
  }
});
