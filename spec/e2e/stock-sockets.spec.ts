import { logIn } from '../support/caller.js';
import { OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

/** Logs of each accepted socket whether it is as Node makes it. */
const TOLD = `
  import { subscribe } from 'node:diagnostics_channel';
  import { Socket } from 'node:net';
  subscribe('net.server.socket', ({ socket }) =>
    console.error(JSON.stringify({ event: 'accepted', isStock: socket.pause === Socket.prototype.pause })));
`;

describe("a board with Node's own sockets", () => {
  afterEach(() => {
    delete process.env.STOCK_SOCKETS;
    stopAll();
  });

  it('greets, answers, and says goodbye', async () => {
    process.env.STOCK_SOCKETS = '1';
    const told = `data:text/javascript,${encodeURIComponent(TOLD)}`;
    const { child, port, logs, end } = await startBoard(
      [...OPEN_DOOR, '--shutdown-grace', '1ms'],
      ['--import', told],
    );
    const ann = await logIn(port, 'ann');
    expect((await logs('accepted')).isStock).toBeTrue();
    const bob = await logIn(port, 'bob');
    bob.says('hello\r\n');
    await ann.hears(/bob.*hello/);

    bob.hangUp();
    expect((await logs('sessionClosed')).reason).toBe('hangup');

    child.kill('SIGTERM');
    expect(await ann.gone).toContain('Goodbye');
    expect((await end).code).toBe(0);
  });
});
