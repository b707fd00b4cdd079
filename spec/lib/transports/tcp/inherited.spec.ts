import { ConfigError } from '../../../../lib/config/config.js';
import { inheritedSocket } from '../../../../lib/transports/tcp/inherited.js';

describe('inheritedSocket', () => {
  it('returns the one socket passed to this process', () => {
    expect(inheritedSocket({ LISTEN_FDS: '1', LISTEN_PID: '7' }, 7)).toBe(3);
  });

  it('returns undefined when no socket was passed, or not to this process', () => {
    expect(inheritedSocket({}, 7)).toBeUndefined();
    expect(inheritedSocket({ LISTEN_PID: '7' }, 7)).toBeUndefined();
    expect(inheritedSocket({ LISTEN_FDS: '1' }, 7)).toBeUndefined();
    expect(inheritedSocket({ LISTEN_FDS: '5', LISTEN_PID: '8' }, 7)).toBeUndefined();
  });

  it('removes the variables of the protocol, and no others', () => {
    for (const LISTEN_PID of ['7', '8']) {
      const env = { LISTEN_FDS: '1', LISTEN_PID, LISTEN_FDNAMES: 'impulse.socket', HOME: '/' };
      inheritedSocket(env, 7);
      expect(env as object).toEqual({ HOME: '/' });
    }
  });

  it('throws an error of one line for any other number of sockets', () => {
    for (const LISTEN_FDS of ['0', '2', '', '1x', '\x1b[2J\n']) {
      expect(() => inheritedSocket({ LISTEN_FDS, LISTEN_PID: '7' }, 7)).toThrowMatching(
        (error) =>
          error instanceof ConfigError && /^[ -~]*sockets were handed over[ -~]*$/.test(error.message),
      );
    }
  });
});
