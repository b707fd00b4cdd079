import { type ChildProcess, spawn } from 'node:child_process';
import { logIn } from '../support/caller.js';
import { type BoardProcess, cleanEnv, ended, IMPULSE, impulse, startBoard, stopAll } from '../support/cli.js';
import { atTerminal, leaveAll, works } from '../support/pty.js';

describe('impulse drain', () => {
  afterEach(async () => {
    stopAll();
    await leaveAll();
  });

  async function board(...args: string[]): Promise<BoardProcess> {
    const started = await startBoard(['--max-per-address', 'off', ...args]);
    await started.logs('controlOpened');
    return started;
  }

  /** Starts a drain, and resolves when it prints this. */
  async function drains(port: number, args: string[], until: string) {
    const child: ChildProcess = spawn(process.execPath, [IMPULSE, 'drain', '--port', `${port}`, ...args], {
      env: cleanEnv(),
    });
    const end = ended(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (text) => {
        said += text;
        if (said.includes(until)) resolve();
      });
      end.then(reject, reject);
    });
    return { child, end };
  }

  it('counts down for two telnet callers, then closes the board', async () => {
    if (!works('command -v telnet && script --version'))
      return pending('not installed (Debian: telnet, bsdutils)');
    const { port, end } = await board('--shutdown-grace', '1s');
    const people = await Promise.all(['ann', 'bob'].map(() => atTerminal(`telnet 127.0.0.1 ${port}`)));
    for (const [index, person] of people.entries()) {
      await person.sees('Handle: ');
      person.types(`${['ann', 'bob'][index]}\r`);
      await person.sees('Welcome, ');
    }

    const drained = await impulse(['drain', '--in', '2s', '--port', `${port}`]);

    for (const person of people) {
      const screen = await person.sees('Connection closed by foreign host');
      expect(screen).toMatch(
        /The board closes in 2 seconds\..*The board closes in 1 second\..*The board goes down in 1 second\..*The board is going down\. Goodbye!/s,
      );
    }
    expect(drained.code).toBe(0);
    expect(drained.stdout.replace(/in \d\.\d seconds/, 'in 1.0 seconds').split('\n')).toEqual([
      'The board closes in 2 seconds. 2 callers heard it.',
      'The board closes in 1 second. 2 callers heard it.',
      'Going down (drain): 2 on line, 1s at most.',
      'Closed: 2 drained, 0 forced, in 1.0 seconds.',
      '',
    ]);
    expect((await end).code).toBe(0);
  });

  it('closes the board at once without --in, and exits 0 when it is closed', async () => {
    const { port, end } = await board();
    expect(await impulse(['drain', '--port', `${port}`])).toEqual(
      jasmine.objectContaining({
        code: 0,
        stdout: jasmine.stringMatching(
          /^Going down \(drain\): 0 on line, 10s at most\.\nClosed: 0 drained, 0 forced, in \d\.\d seconds\.\n$/,
        ),
      }),
    );
    expect((await end).code).toBe(0);
  });

  it('keeps the countdown after Ctrl-C: callers are still admitted, and another drain cancels it', async () => {
    const { port } = await board();
    const { child, end } = await drains(port, ['--in', '10m'], 'The board closes in 10 minutes. No callers');

    child.kill('SIGINT');

    expect(await end).toEqual(
      jasmine.objectContaining({
        code: 130,
        stdout: jasmine.stringContaining('The countdown continues; cancel it with impulse drain --cancel.\n'),
      }),
    );
    const ann = await logIn(port, 'ann');
    expect(ann.heard).toContain('*** The board closes in 10 minutes. ***');

    const cancelled = await impulse(['drain', '--cancel', '--port', `${port}`]);

    expect(cancelled).toEqual(
      jasmine.objectContaining({
        code: 0,
        stdout: 'The countdown is cancelled: the board stays open. 1 caller heard it.\n',
      }),
    );
    await ann.hears('*** The board stays open after all. ***');
    expect(await impulse(['drain', '--cancel', '--port', `${port}`])).toEqual(
      jasmine.objectContaining({ code: 1, stderr: 'impulse: no countdown is running\n' }),
    );
  });

  it('reports when another drain replaces its countdown, and when that is cancelled', async () => {
    const { port } = await board();
    const first = await drains(port, ['--in', '10m'], 'The board closes in 10 minutes.');
    const second = await drains(port, ['--in', '2h'], 'The board closes in 2 hours.');
    await impulse(['drain', '--cancel', '--port', `${port}`]);

    for (const { end } of [first, second]) {
      const { code, stdout } = await end;
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /closes in 2 hours\. .* It replaces a countdown with 10 minutes left\.\nThe countdown is cancelled/,
      );
    }
  });

  it('reports a SIGTERM that overtakes its countdown, and the shutdown', async () => {
    const running = await board();
    const { end } = await drains(running.port, ['--in', '10m'], 'The board closes in 10 minutes.');

    running.child.kill('SIGTERM');

    expect(await end).toEqual(
      jasmine.objectContaining({
        code: 0,
        stdout: jasmine.stringMatching(/Going down \(SIGTERM\).*\nClosed: 0 drained, 0 forced/),
      }),
    );
    expect((await running.end).code).toBe(0);
  });

  it('is cut short by SIGINT to the board, like a shutdown by signal', async () => {
    const running = await board('--shutdown-grace', '1h');
    const ann = await logIn(running.port, 'ann');
    const { end } = await drains(running.port, [], 'Going down (drain): 1 on line, 1h at most.');

    running.child.kill('SIGINT');

    expect((await running.end).code).toBe(130);
    expect((await end).stdout).toContain('Closed: 0 drained, 1 forced');
    await ann.gone;
  });

  it('exits 1 when the board dies without a report', async () => {
    const running = await board();
    const { end } = await drains(running.port, ['--in', '10m'], 'The board closes in 10 minutes.');

    running.child.kill('SIGKILL');

    expect(await end).toEqual(
      jasmine.objectContaining({
        code: 1,
        stdout: jasmine.stringContaining('The board closed the connection without a report.\n'),
      }),
    );
  });
});
