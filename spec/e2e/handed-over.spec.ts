import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { call, logIn, PATIENCE_MS } from '../support/caller.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { boardOf, cleanEnv, ended, IMPULSE, stopAll } from '../support/cli.js';
import { manager, stopManagers } from '../support/datagrams.js';
import { has } from '../support/shells.js';

const SERVE = [process.execPath, IMPULSE, 'serve', '--log-format', 'json'];

/** One board with descriptor 3 and the variables for it. It prints its process id first. */
const ONE = 'echo $$; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"';

/** Two boards, one after the other, while the socket stays open. */
const TWO = `for board in first second; do sh -c '${ONE}' sh "$@"; done`;

/** Runs `serve` from a shell with descriptor 3, as a service manager would. */
const hand = (fd: number, line: string, { args = [] as string[], env = {} } = {}) =>
  spawn('sh', ['-c', line, 'sh', ...SERVE, ...args], {
    cwd: '/',
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe', fd],
  });

describe('an inherited socket', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    for (const pid of boards) if (isThere(pid)) process.kill(pid, 'SIGKILL');
    boards.length = 0;
    stopAll();
    await stopManagers();
    folder.remove();
  });

  /** Boards that a shell started. They don't end with the shell. */
  const boards: number[] = [];
  const isThere = (pid: number) => existsSync(`/proc/${pid}`);

  /** Runs a shell command that inherits a listening socket, which this process closes. */
  async function handed(line: string, at: net.ListenOptions, how: Parameters<typeof hand>[2] = {}) {
    const owner = net.createServer().listen(at);
    await once(owner, 'listening');
    const child = hand((owner as unknown as { _handle: { fd: number } })._handle.fd, line, how);
    await once(child, 'spawn');
    owner.close();
    return child;
  }
  const HERE = { host: '127.0.0.1', port: 0 };
  const pids = (child: ChildProcess) =>
    createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();

  it('is used instead of the configured host and port', async () => {
    const board = await boardOf(
      await handed(ONE, HERE, { args: ['--port', '1'], env: { IMPULSE_HOST: '::1' } }),
    );

    expect((await board.logs('callIn')).message).toMatch(
      /^connect with: telnet 127\.0\.0\.1 \d+, .* \(on an inherited socket; --host and --port are ignored\)$/,
    );
    const caller = await logIn(board.port, 'ann');
    caller.says('/quit\r\n');
    await caller.gone;
    board.child.kill('SIGTERM');
    expect((await board.end).code).toBe(0);
  });

  it('holds new connections while one board replaces another, and drops no caller', async () => {
    const child = await handed(TWO, HERE, { args: ['--shutdown-grace', '1h'] });
    const pid = pids(child);
    const next = async () => {
      const { value } = await pid.next();
      boards.push(Number(value));
      return Number(value);
    };
    const board = await boardOf(child);
    const ann = await logIn(board.port, 'ann');

    process.kill(await next(), 'SIGTERM');
    await ann.hears('The board goes down in 1 hour.');
    const bob = await call(board.port);
    ann.says('still here\r\n/quit\r\n');
    expect(await ann.gone).toContain('Goodbye');
    await board.logs('serverClosed');

    await bob.hears('Handle: ');
    bob.says('bob\r\n/quit\r\n');
    expect(await bob.gone).toContain('Welcome, bob!');
    process.kill(await next(), 'SIGTERM');
    await board.end;
    expect(board.log.filter(({ event }) => event === 'serverClosed').length).toBe(2);
  });

  it("is removed from the environment, so that child processes don't see it", async () => {
    const child = await handed('LISTEN_FDS=1 LISTEN_PID=1 exec "$@"', HERE, { args: ['--port', '0'] });
    const board = await boardOf(child);

    expect((await board.logs('callIn')).message).not.toContain('inherited socket');
  });

  it('must be a single one: with two the board exits 78 with a message', async () => {
    const { code, stderr } = await ended(await handed(ONE.replace('FDS=1', 'FDS=2'), HERE));

    expect(code).toBe(78);
    expect(stderr).toMatch(/^impulse: 2 sockets were handed over \(LISTEN_FDS\): allowed is 1[^\n]*\n$/);
  });

  it('must be a TCP socket: otherwise the board exits 1 with a message', async () => {
    const file = openSync('/dev/null', 'r');
    const wrong = {
      'it is no TCP socket': () => handed(ONE, { path: join(folder.path, 'socket') }),
      'listen EINVAL: invalid argument': () => hand(file, ONE),
    };
    for (const [why, start] of Object.entries(wrong)) {
      const { code, stderr } = await ended(await start());
      expect(code).toBe(1);
      expect(JSON.parse(stderr).message).toBe(
        `the inherited socket can't be used: ${why}; it must be a listening TCP socket`,
      );
    }
    closeSync(file);
  });

  it('is accepted from systemd-socket-activate', async () => {
    if (!has('systemd-socket-activate')) pending('systemd-socket-activate is not installed');
    // The port must be named, so we take a free one, on an address that is rarely used.
    const other = net.createServer().listen(HERE);
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    other.close();
    const host = `127.${(process.pid >> 8) & 255}.${process.pid & 255}.77`;
    const child = spawn('systemd-socket-activate', ['-l', `${host}:${port}`, ...SERVE], {
      cwd: '/',
      env: cleanEnv(),
      timeout: PATIENCE_MS,
    });
    const end = ended(child);
    const [first] = await once(child.stderr, 'data');
    expect(`${first}`).toContain('Listening on');

    const caller = await call(port, host);
    await caller.hears('Handle: ');
    caller.says('ann\r\n/quit\r\n');
    await caller.gone;
    child.kill('SIGTERM');

    const { code, stderr } = await end;
    expect(code).toBe(0);
    expect(stderr).toContain('on an inherited socket');
  });
});

describe('a service manager', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    stopAll();
    await stopManagers();
    folder.remove();
  });

  it('is notified when the board listens, and when it shuts down', async () => {
    if (!has('systemd-notify') || !has('perl')) pending('systemd-notify or perl is not installed');
    const at = join(folder.path, 'notify');
    const told = await manager(at);
    const env = cleanEnv({ NOTIFY_SOCKET: at });
    const [node = '', ...args] = SERVE;
    const board = await boardOf(spawn(node, [...args, '--port', '0', '--shutdown-grace', '1h'], { env }));
    expect(await told.isTold('READY=1')).toBe('READY=1');
    const ann = await logIn(board.port, 'ann');

    board.child.kill('SIGTERM');

    expect(await told.isTold('STOPPING=1')).toBe('STOPPING=1');
    ann.says('/quit\r\n');
    expect((await board.end).code).toBe(0);
  });

  it("that can't be notified causes a warning, and the board keeps running", async () => {
    const env = cleanEnv({ NOTIFY_SOCKET: '/nowhere', PATH: folder.path });
    const [node = '', ...args] = SERVE;
    const board = await boardOf(spawn(node, [...args, '--port', '0'], { env }));

    expect(await board.logs('managerNotTold')).toEqual(
      jasmine.objectContaining({
        level: 'warn',
        message: 'could not notify the service manager (READY=1): spawn systemd-notify ENOENT',
      }),
    );
    await logIn(board.port, 'ann');
  });
});
