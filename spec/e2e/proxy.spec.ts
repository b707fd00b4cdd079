import { call } from '../support/caller.js';
import { OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';
import { HAPROXY, haproxyBefore, stopHaproxy } from '../support/haproxy.js';

describe('impulse serve behind a proxy', () => {
  afterEach(async () => {
    stopAll();
    await stopHaproxy();
  });

  it('uses the address in the PROXY header', async () => {
    const board = await startBoard(['--proxy-from', '127.0.0.1', ...OPEN_DOOR]);
    const caller = await call(board.port);
    caller.says('PROXY TCP4 203.0.113.7 198.51.100.1 4000 23\r\nann\r\n');

    await caller.hears('Welcome, ann!');

    expect((await board.logs('sessionOpened')).address).toBe('203.0.113.7');
    caller.hangUp();
  });

  it('applies the limits per proxied address', async () => {
    const board = await startBoard(['--proxy-from', '127.0.0.0/8', '--connection-rate-per-address', 'off']);
    const from = async (address: string) => {
      const caller = await call(board.port);
      caller.says(`PROXY TCP4 ${address} 198.51.100.1 4000 23\r\n`);
      return caller.hears(/Handle: |Too many calls/);
    };
    for (let line = 0; line < 5; line += 1) expect(await from('203.0.113.7')).toContain('Handle: ');
    expect(await from('203.0.113.7')).toContain('Too many calls from your address');
    expect(await from('203.0.113.8')).toContain('Handle: ');
  });

  for (const [who, from, says] of [
    [
      'comes by another way, whatever it says',
      '127.0.0.2',
      'PROXY TCP4 203.0.113.7 198.51.100.1 4000 23\r\n',
    ],
    ['says something else first', '127.0.0.1', 'ann\r\n'],
  ] as const) {
    it(`refuses a connection that ${who}`, async () => {
      const board = await startBoard(['--proxy-from', '127.0.0.1', ...OPEN_DOOR]);
      const caller = await call(board.port, '127.0.0.1', from);
      caller.says(says);

      expect(await caller.gone).not.toContain('Handle: ');

      const refused = await board.logs('connectionRefused');
      expect([refused.reason, refused.address]).toEqual(['proxy', from]);
      expect(board.log.some((line) => line.event === 'sessionOpened')).toBe(false);
    });
  }

  for (const version of ['send-proxy', 'send-proxy-v2']) {
    it(`finds the caller's address behind HAProxy, with ${version}`, async () => {
      if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
      const board = await startBoard(['--proxy-from', '127.0.0.1', ...OPEN_DOOR]);
      const caller = await call(await haproxyBefore(board.port, version), '127.0.0.1', '127.0.0.2');
      caller.says('ann\r\n');

      await caller.hears('Welcome, ann!');

      expect((await board.logs('sessionOpened')).address).toBe('127.0.0.2');
      caller.hangUp();
    });
  }
});
