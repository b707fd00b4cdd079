import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { logIn } from '../support/caller.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { cleanEnv, ended, IMPULSE } from '../support/cli.js';

/** With an inherited socket the spec knows the port, and needn't read the log to find it. */
const HANDED = 'echo $$; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"';
const SERVE = [process.execPath, IMPULSE, 'serve', '--control', 'off'];

describe("impulse serve, a log that isn't read", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Starts a board on an inherited socket. Resolves with its port, its process and its end. */
  async function start(command: string, args: string[], stdio: SpawnOptions['stdio']) {
    const owner = net.createServer().listen(0, '127.0.0.1');
    await once(owner, 'listening');
    const { port } = owner.address() as net.AddressInfo;
    const { fd } = (owner as unknown as { _handle: { fd: number } })._handle;
    const child = spawn(command, args, {
      cwd: '/',
      env: cleanEnv({ LC_ALL: 'C.UTF-8', TERM: 'xterm' }),
      stdio: [...(stdio as []), fd],
    });
    await once(child, 'spawn');
    owner.close();
    return { child, port, end: ended(child) };
  }

  it('delays neither callers nor the exit at a full pipe, and loses no line once the pipe is read', async () => {
    const path = join(folder.path, 'pipe');
    spawnSync('mkfifo', [path]);
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    // Node sets a descriptor shared with a child to blocking mode, so open another one.
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { child, port, end } = await start('sh', ['-c', HANDED, 'sh', ...SERVE], ['ignore', 'pipe', pipe]);
    const ann = await logIn(port, 'ann');
    expect(drain(reader)).toMatch(/^x*$/);
    const bob = await logIn(port, 'bob');
    for (const caller of [ann, bob]) caller.hangUp();
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    const log = drain(reader);
    for (const descriptor of [pipe, reader]) closeSync(descriptor);
    for (const words of ['listening on', 'ann logged in', 'bob logged in', 'closed (SIGTERM)'])
      expect(log).toContain(words);
  });

  it('delays neither callers nor the exit at a pipe that is never read', async () => {
    const path = join(folder.path, 'pipe');
    spawnSync('mkfifo', [path]);
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    const { child, port, end } = await start('sh', ['-c', HANDED, 'sh', ...SERVE], ['ignore', 'pipe', pipe]);
    (await logIn(port, 'ann')).hangUp();
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    closeSync(pipe);
  });

  it('delays neither callers nor the exit at a terminal stopped by Ctrl-S', async () => {
    const pid = join(folder.path, 'pid');
    const serve = [...SERVE, '--shutdown-grace', '500ms'].join(' ');
    const { child, port, end } = await start(
      'script',
      [
        '-qfe',
        '-E',
        'never',
        '-c',
        `exec sh -c 'echo $$ > ${pid}; LISTEN_FDS=1 LISTEN_PID=$$ exec ${serve}'`,
        '/dev/null',
      ],
      ['pipe', 'pipe', 'inherit'],
    );
    const ann = await logIn(port, 'ann');
    child.stdin?.write('\x13');
    // Each of these logs two lines; a blocking write would stop at the first.
    for (const handle of ['bob', 'eve', 'joe', 'kim']) (await logIn(port, handle)).hangUp();
    ann.says('/time\r\n');
    await ann.hears('It is ');
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGTERM');
    await ann.gone;
    expect((await end).code).toBe(0);
  });
});

/** Writes to a pipe until it is full. */
function fill(pipe: number): void {
  for (const size of [4096, 1]) {
    try {
      for (;;) writeSync(pipe, 'x'.repeat(size));
    } catch {
      // The pipe is full.
    }
  }
}

/** Reads the content of a pipe. */
function drain(pipe: number): string {
  const bytes = Buffer.alloc(65_536);
  let text = '';
  try {
    for (;;) text += bytes.toString('utf8', 0, readSync(pipe, bytes));
  } catch {
    return text;
  }
}
