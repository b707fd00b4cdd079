import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { logIn } from '../support/caller.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { cleanEnv, ended, IMPULSE, impulse, startBoard, stopAll } from '../support/cli.js';

describe('the control commands', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    stopAll();
    folder.remove();
  });

  /** Starts a board, and waits for its control socket. */
  async function controlledBoard(...args: string[]) {
    const board = await startBoard(['--max-per-address', 'off', ...args]);
    const { message } = await board.logs('controlOpened');
    return {
      ...board,
      socket: String(message).replace('control socket at ', ''),
      at: ['--port', `${board.port}`],
    };
  }

  it('refuse a socket named by another user\u2019s .env', async () => {
    if (process.getuid?.() !== 0) pending('only root can give a file away');
    const asked: unknown[] = [];
    const path = join(folder.path, 'trap.sock');
    const server = createServer((socket) => asked.push(socket)).listen(path);
    await once(server, 'listening');
    writeFileSync(join(folder.path, '.env'), `IMPULSE_CONTROL=${path}\nIMPULSE_PASSWORDS=accounts\n`);
    chownSync(join(folder.path, '.env'), 12_345, 12_345);
    for (const command of [['who'], ['broadcast', 'hello'], ['drain'], ['passwd', 'ann']]) {
      const { code, stderr } = await impulse(command, { cwd: folder.path });
      expect([code, stderr]).toEqual([
        78,
        jasmine.stringContaining('.env belongs to another user; name the '),
      ]);
    }
    expect(asked).toEqual([]);
    server.close();
  });

  it('use a socket per port that only its owner may open, and that the board removes at the end', async () => {
    const board = await controlledBoard();
    expect(board.socket).toMatch(new RegExp(`/impulse/${board.port}\\.sock$`));
    expect(statSync(board.socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(board.socket, '..')).mode & 0o777).toBe(0o700);

    board.child.kill('SIGTERM');
    await board.end;

    expect(existsSync(board.socket)).toBe(false);
  });

  it('list the callers as text and as JSON, and kick them', async () => {
    const board = await controlledBoard();
    const ann = await logIn(board.port, 'ann');

    const who = await impulse(['who', ...board.at]);
    expect(who).toEqual(jasmine.objectContaining({ code: 0, stderr: '' }));
    expect(who.stdout.replace(/\d+s/g, '0s')).toBe(
      'Node  Handle  Address    On line  Idle  State   Where\n   1  ann     127.0.0.1       0s    0s  active  lobby\n',
    );
    expect(JSON.parse((await impulse(['who', '--json', ...board.at])).stdout)).toEqual([
      jasmine.objectContaining({
        node: 1,
        handle: 'ann',
        address: '127.0.0.1',
        state: 'active',
        where: 'lobby',
      }),
    ]);

    expect((await impulse(['kick', '1', ...board.at])).stdout).toBe('Kicked ann from node 1 (127.0.0.1).\n');
    expect(await ann.gone).toContain('The sysop closed your call.');
    expect(await impulse(['kick', '1', ...board.at])).toEqual(
      jasmine.objectContaining({ code: 1, stdout: '', stderr: 'impulse: no caller is on node 1\n' }),
    );
  });

  it('broadcast to callers, and print the stats', async () => {
    const board = await controlledBoard();
    const ann = await logIn(board.port, 'ann');

    expect((await impulse(['broadcast', ...board.at, 'soup', 'is', 'ready'])).stdout).toBe(
      '1 caller heard it.\n',
    );
    await ann.hears('*** soup is ready ***');

    expect((await impulse(['stats', ...board.at])).stdout).toMatch(
      /^board {6}open\nup {9}.*\non line {4}1, peak 1\n/,
    );
    const figures = JSON.parse((await impulse(['stats', '--json', ...board.at])).stdout);
    expect(figures).toEqual(jasmine.objectContaining({ phase: 'open', onLine: 1, bytesIn: 5 }));
  });

  it('find the board by the environment, by .env, and by the path of its socket', async () => {
    const socket = join(folder.path, 'board.sock');
    await controlledBoard('--control', socket);
    writeFileSync(join(folder.path, '.env'), 'IMPULSE_CONTROL=board.sock\n');

    for (const [args, env, cwd] of [
      [['--control', socket], {}, '/'],
      [[], { IMPULSE_CONTROL: socket }, '/'],
      [[], {}, folder.path],
    ] as const) {
      expect((await impulse(['who', ...args], { env, cwd })).code).toBe(0);
    }
  });

  it("report in one line that no board is running, or that it can't be reached", async () => {
    const none = await impulse(['who', '--port', '1']);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(
      /^impulse: no board listens at \/.*\/impulse\/1\.sock; choose one with --port PORT or --control SOCKET\n$/,
    );
    const off = await impulse(['stats'], { env: { IMPULSE_CONTROL: 'off' } });
    expect(off).toEqual(
      jasmine.objectContaining({
        code: 1,
        stderr: 'impulse: control is off: name a socket with --control SOCKET\n',
      }),
    );
    const bad = await impulse(['who'], { env: { IMPULSE_PORT: 'x\ny' } });
    expect(bad.code).toBe(78);
    expect(bad.stderr).toBe(
      'impulse: port "x\\ny" (from IMPULSE_PORT): allowed is a whole number from 0 to 65535\n',
    );
  });

  it('reject wrong usage with one line', async () => {
    for (const args of [
      ['kick', 'ann'],
      ['kick'],
      ['broadcast'],
      ['drain', '--in', 'soon'],
      ['drain', '--in', 'off'],
      ['drain', '--in', '5m', '--cancel'],
      ['top'],
    ]) {
      const { code, stdout, stderr } = await impulse(args);
      expect([code, stdout]).withContext(args.join(' ')).toEqual([2, '']);
      expect(stderr).toMatch(/^impulse: [^\n]+\n$/);
    }
  });

  it("are missing with a warning if the socket of auto can't be created", async () => {
    writeFileSync(join(folder.path, 'impulse'), 'no folder');
    const child = spawn(process.execPath, [IMPULSE, 'serve', '--port', '0'], {
      env: cleanEnv({ XDG_RUNTIME_DIR: folder.path }),
      cwd: '/',
    });
    const end = ended(child);
    for await (const line of createInterface({ input: child.stderr }))
      if (line.includes('control')) {
        expect(line).toMatch(/ warn {2}no control socket: /);
        break;
      }
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
  });

  it("make the start fail if a named socket can't be created", async () => {
    const other = createServer().listen(join(folder.path, 'other.sock'));
    await once(other, 'listening');
    writeFileSync(join(folder.path, 'file'), 'precious');
    const wrong = {
      'other.sock': /another board listens there/,
      file: /the file exists and is not a socket/,
      'none/board.sock': /\/none\/board\.sock/,
      [`${'a'.repeat(220)}.sock`]: /the path of the socket is too long: \d+ bytes, allowed is \d+/,
    };
    for (const [name, words] of Object.entries(wrong)) {
      const { code, stderr } = await impulse(['serve', '--port', '0', '--control', name], {
        cwd: folder.path,
      });
      expect(code).withContext(name).toBe(1);
      const errors = stderr.split('\n').filter((line) => line.includes(' error '));
      expect(errors).toEqual([jasmine.stringMatching(words)]);
    }
    expect(readdirSync(folder.path).sort()).toEqual(['file', 'other.sock']);
    other.close();
  });
});
