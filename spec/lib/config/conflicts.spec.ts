import { conflictOfLimits, conflictOfPorts } from '../../../lib/config/conflicts.js';

describe('conflictOfLimits', () => {
  const of = (reserve: number, maxSessions: number) =>
    conflictOfLimits({ reserve, maxSessions }, (key) => `--${key}`);

  it('finds a reserve larger than the number of nodes', () => {
    expect(of(20, 10)).toEqual({
      key: 'reserve',
      allowed: 'a whole number up to --maxSessions, which is 10',
    });
  });

  it('allows a board whose nodes are all reserved', () => {
    expect(of(10, 10)).toBeUndefined();
    expect(of(0, 1)).toBeUndefined();
  });
});

describe('conflictOfPorts', () => {
  const of = (host: string, port: number, metricsHost: string, metricsPort: number | null) =>
    conflictOfPorts(
      { host, port, tlsPort: null, sshPort: null, webPort: null, metricsHost, metricsPort },
      (key) => key,
    );

  for (const [host, metricsHost] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '::'],
    ['localhost', '127.0.0.1'],
    ['board.example.org', '::1'],
  ] as const) {
    it(`finds the same port on ${host} and ${metricsHost}`, () => {
      expect(of(host, 2323, metricsHost, 2323)).toEqual({
        key: 'metricsPort',
        allowed: 'any other port than port, which is 2323',
      });
    });
  }

  it('finds two transports on one port, and a port of metrics that TLS has', () => {
    const both = { host: '::', port: 2323, sshPort: null, webPort: null, metricsHost: '127.0.0.1' };
    expect(conflictOfPorts({ ...both, tlsPort: 2323, metricsPort: null }, (key) => key)).toEqual({
      key: 'tlsPort',
      allowed: 'any other port than port, which is 2323',
    });
    expect(conflictOfPorts({ ...both, tlsPort: 992, metricsPort: 992 }, (key) => key)).toEqual({
      key: 'metricsPort',
      allowed: 'any other port than tlsPort, which is 992',
    });
  });

  it('allows the same port on another address, another port, any free port, or none', () => {
    expect(of('192.0.2.1', 2323, '127.0.0.1', 2323)).toBeUndefined();
    expect(of('127.0.0.1', 2323, '127.0.0.1', 2324)).toBeUndefined();
    expect(of('127.0.0.1', 0, '127.0.0.1', 0)).toBeUndefined();
    expect(of('127.0.0.1', 2323, '127.0.0.1', null)).toBeUndefined();
  });
});
