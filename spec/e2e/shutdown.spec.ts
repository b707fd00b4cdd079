import { spawn } from 'node:child_process';
import { call, logIn } from '../support/caller.js';
import { cleanEnv, ended, IMPULSE, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';
import { atTerminal, leaveAll } from '../support/pty.js';

describe('the shutdown', () => {
  afterEach(stopAll);
  afterEach(leaveAll);

  it('tells all callers, waits for the grace, ends the remaining sessions and exits 0', async () => {
    const board = await startBoard(['--shutdown-grace', '1s', ...OPEN_DOOR]);
    const callers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => logIn(board.port, `caller_${index}`)),
    );
    for (const caller of callers.slice(40)) caller.socket.pause();

    board.child.kill('SIGTERM');
    const heard = await Promise.all(callers.slice(0, 40).map((caller) => caller.gone));
    const { code } = await board.end;

    expect(code).toBe(0);
    for (const text of heard) {
      expect(text).toMatch(/The board goes down in 1 second\..*The board is going down\. Goodbye!\r\n$/s);
    }
    const closed = await board.logs('serverClosed');
    expect(Number(closed.drained) + Number(closed.forced)).toBe(50);
    expect(Number(closed.durationMs)).toBeGreaterThanOrEqual(1000);
  });

  it('ends as soon as the last caller has left', async () => {
    const board = await startBoard(['--shutdown-grace', '1h', ...OPEN_DOOR]);
    const callers = await Promise.all(['ann', 'bob'].map((handle) => logIn(board.port, handle)));

    board.child.kill('SIGTERM');
    for (const caller of callers) {
      await caller.hears('The board goes down in 1 hour.');
      caller.says('/quit\r\n');
    }

    expect((await board.end).code).toBe(0);
    expect((await board.logs('serverClosed')).drained).toBe(2);
  });

  it('closes the port, so that the kernel refuses new connections', async () => {
    const board = await startBoard(['--shutdown-grace', '1h']);
    const caller = await logIn(board.port, 'ann');
    board.child.kill('SIGTERM');
    await board.logs('serverDraining');
    await caller.hears('The board goes down');

    await expectAsync(call(board.port).then((late) => late.hears('Handle: '))).toBeRejected();
  });

  it('ends sessions at once that are logging in or waiting', async () => {
    const board = await startBoard(['--max-sessions', '1', '--waiting-room', '1', '--shutdown-grace', '1h']);
    const login = await call(board.port);
    await login.hears('Handle: ');
    const waiting = await call(board.port);
    await waiting.hears('You are number 1 in line.');

    board.child.kill('SIGTERM');

    expect(await login.gone).toContain('The board is going down. Goodbye!');
    const heard = await waiting.gone;
    expect(heard).toContain('The board is going down. Goodbye!');
    expect(heard).not.toContain('Handle: ');
    expect((await board.end).code).toBe(0);
  });

  it('ends all sessions at a second SIGINT and exits 130', async () => {
    const board = await startBoard(['--shutdown-grace', '1h']);
    await logIn(board.port, 'ann');
    board.child.kill('SIGINT');
    await board.logs('serverDraining');

    board.child.kill('SIGINT');

    expect((await board.end).code).toBe(130);
    expect((await board.logs('sessionClosed')).reason).toBe('forced');
  });

  it('ends all sessions at a SIGINT after a SIGTERM', async () => {
    const board = await startBoard(['--shutdown-grace', 'off']);
    await logIn(board.port, 'ann');
    board.child.kill('SIGTERM');
    await board.logs('serverDraining');

    board.child.kill('SIGINT');

    expect((await board.end).code).toBe(130);
  });

  it('logs a second SIGTERM, and continues to drain', async () => {
    const board = await startBoard(['--shutdown-grace', '1h']);
    const caller = await logIn(board.port, 'ann');
    board.child.kill('SIGTERM');
    await board.logs('serverDraining');

    board.child.kill('SIGTERM');
    await board.logs('signalRepeated');
    caller.says('/quit\r\n');

    expect(await caller.gone).toContain('Goodbye, and call again!');
    expect((await board.end).code).toBe(0);
  });

  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGIO'] as const) {
    it(`doesn't begin at a ${signal}, which opens no debugger and is logged`, async () => {
      const board = await startBoard();
      const caller = await logIn(board.port, 'ann');

      board.child.kill(signal);
      await board.logs('signalIgnored', ({ message }) => `${message}`.startsWith(signal));
      caller.says('still here\r\n');
      await caller.hears('Nobody else is in this room to hear it.');
      board.child.kill('SIGTERM');
      const { code, stderr } = await board.end;

      expect(code).toBe(0);
      expect(stderr).not.toContain('Debugger');
    });
  }

  for (const signal of ['SIGQUIT', 'SIGPWR', 'SIGXCPU'] as const) {
    it(`begins with a grace at a ${signal}`, async () => {
      const board = await startBoard(['--shutdown-grace', '1h']);
      const caller = await logIn(board.port, 'ann');
      board.child.kill(signal);
      await caller.hears('The board goes down in 1 hour.');
      caller.says('/quit\r\n');
      expect((await board.end).code).toBe(0);
    });
  }

  it("isn't caused by a stop and a continue", async () => {
    const board = await startBoard();
    const caller = await logIn(board.port, 'ann');
    board.child.kill('SIGSTOP');
    board.child.kill('SIGCONT');
    caller.says('still here\r\n');
    expect(await caller.hears('Nobody else is in this room to hear it.')).not.toContain('goes down');
  });

  it('begins when the terminal is closed', async () => {
    const person = await atTerminal(`${process.execPath} ${IMPULSE} serve --port 0 --control off`);
    const screen = await person.sees('connect with: telnet 127.0.0.1 ');
    const caller = await logIn(Number(/127\.0\.0\.1 (\d+)/.exec(screen)?.[1]), 'ann');

    await leaveAll();

    await caller.hears('The board goes down in 10 seconds.');
    caller.says('/quit\r\n');
    expect(await caller.gone).toContain('Goodbye, and call again!');
  });

  it("isn't caused by a SIGHUP while the terminal is open, which rereads the configuration", async () => {
    const person = await atTerminal(
      `sh -c 'echo $$ is its process; exec ${process.execPath} ${IMPULSE} serve --port 0 --control off'`,
    );
    const screen = await person.sees('connect with: telnet 127.0.0.1 ');

    process.kill(Number(/(\d+) is its process/.exec(screen)?.[1]), 'SIGHUP');

    expect(await person.sees('configuration reread')).not.toContain('going down');
    await leaveAll();
    await person.left;
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`exits 0 at a ${signal} without callers`, async () => {
      const board = await startBoard();

      board.child.kill(signal);

      expect((await board.end).code).toBe(0);
    });

    it(`exits with its own code under a hail of ${signal}, until the last moment`, async () => {
      const board = await startBoard();
      let isOver = false;
      const hail = () => {
        if (isOver || !board.child.kill(signal)) return;
        setImmediate(hail);
      };
      hail();
      const { code } = await board.end;
      isOver = true;
      expect([0, 130]).toContain(code as number);
    });

    it(`exits 0 at a ${signal} before the board listens`, async () => {
      const child = spawn(
        process.execPath,
        ['--import', STOP_AT_ONCE(signal), IMPULSE, 'serve', '--port', '0'],
        {
          env: cleanEnv(),
          cwd: '/',
        },
      );

      const { code, stderr } = await ended(child);

      expect(code).toBe(0);
      expect(stderr).not.toContain('listening');
    });
  }
});

/** A module that sends the signal to its own process as soon as a handler is installed. */
const STOP_AT_ONCE = (signal: NodeJS.Signals) =>
  `data:text/javascript,${encodeURIComponent(
    `process.on('newListener', (name) => { if (name === '${signal}') process.nextTick(() => process.kill(process.pid, '${signal}')); });`,
  )}`;
