import { call } from '../support/caller.js';
import { OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

describe('impulse serve with limits', () => {
  afterEach(stopAll);

  it('admits exactly --max-sessions of 500 simultaneous callers, and refuses the rest with a message', async () => {
    const board = await startBoard(['--max-sessions', '100', '--login-timeout', 'off', ...OPEN_DOOR]);

    const callers = await Promise.all(Array.from({ length: 500 }, () => call(board.port)));
    const heard = await Promise.all(
      callers.map((caller) => caller.hears(/Handle: |All 100 nodes are busy\. Please call again later\./)),
    );

    expect(heard.filter((text) => text.includes('Handle: ')).length).toBe(100);
    expect(heard.filter((text) => text.includes('All 100 nodes are busy')).length).toBe(400);
    // A session opens once the board knows that the caller speaks no other protocol: after about a second of silence.
    let opened = 0;
    await board.logs('sessionOpened', () => {
      opened += 1;
      return opened === 100;
    });
    expect(board.log.filter((line) => line.event === 'sessionOpened').length).toBe(100);
    const nodes = board.log.filter((line) => line.event === 'sessionOpened').map((line) => Number(line.node));
    expect(nodes.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    for (const caller of callers) caller.hangUp();
  });

  it('gives the node of a caller who hung up to the next caller', async () => {
    const board = await startBoard(['--max-sessions', '1', ...OPEN_DOOR]);
    const first = await call(board.port);
    await first.hears('Handle: ');
    const refused = await call(board.port);
    expect(await refused.gone).toContain('The only node is busy.');

    first.hangUp();
    await board.logs('sessionClosed');
    const next = await call(board.port);
    await next.hears('Handle: ');
    // The log delays the line of an address that was silent before, to summarise it.
    next.says('ann\r\n');
    await board.logs('sessionOpened', ({ session }) => session === 2);

    const opened = board.log.filter((line) => line.event === 'sessionOpened');
    expect(opened.map(({ session, node }) => ({ session, node }))).toEqual([
      { session: 1, node: 1 },
      { session: 2, node: 1 },
    ]);
  });

  it('tells a waiting caller their position, and admits them when it is their turn', async () => {
    const board = await startBoard([...OPEN_DOOR, '--max-sessions', '1', '--waiting-room', '2']);
    const inside = await call(board.port);
    await inside.hears('Handle: ');
    const first = await call(board.port);
    await first.hears('You are number 1 in line.');
    const second = await call(board.port);
    await second.hears('You are number 2 in line.');

    inside.hangUp();

    expect(await first.hears('Handle: ')).toMatch(/You are number 1 in line\..*Handle: /s);
    expect(await second.hears('You are number 1 in line.')).not.toContain('Handle: ');
  });

  it('refuses an address that calls too often, and says when to call again', async () => {
    const board = await startBoard(['--connection-rate-per-address', '1/min:2']);
    await (await call(board.port)).hears('Handle: ');
    await (await call(board.port)).hears('Handle: ');

    const third = await call(board.port);

    expect(await third.gone).toMatch(
      /Too many calls from your address\. Please call again in (1 minute|\d+ seconds)\./,
    );
    expect((await board.logs('connectionRefused')).reason).toBe('address');
    await (await call(board.port, '127.0.0.1', '127.0.0.2')).hears('Handle: ');
  });
});
