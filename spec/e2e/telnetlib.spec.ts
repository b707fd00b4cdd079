import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type net from 'node:net';
import { concat, filter, firstValueFrom, map, NEVER, of, Subject } from 'rxjs';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/index.js';
import { BARE, type BareCaller, listenBare } from '../support/bare-telnetlib.js';
import { type Caller, call, logIn } from '../support/caller.js';
import { type BoardProcess, ended, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';
import { flood } from '../support/flood.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** Input that crashes a process with bare telnetlib, and the error. None of it needs a negotiated option. */
const FATAL: Record<string, { input: Uint8Array; error: string }> = {
  'a window size without its size': { input: bytes('FF FA 1F FF F0'), error: 'ERR_BUFFER_OUT_OF_BOUNDS' },
  'a GMCP message without a dot in its name': {
    input: bytes('FF FA C9 78 FF F0'),
    error: 'TypeError: object null is not iterable',
  },
  'a GMCP message with broken JSON': { input: bytes('FF FA C9 61 2E 62 20 7B FF F0'), error: 'SyntaxError' },
  '5,000 bytes without a newline': { input: Buffer.alloc(5000, 'x'), error: 'Receive buffer overflow' },
};

type Server = Pick<BoardProcess, 'child' | 'port' | 'end'>;

describe('bare telnetlib 1.0.2 and the board, in separate processes', () => {
  let bare: Server;
  let board: BoardProcess;
  beforeEach(async () => {
    [bare, board] = await Promise.all([startBare(), startBoard(OPEN_DOOR)]);
  });
  afterEach(() => {
    bare.child.kill('SIGKILL');
    stopAll();
  });

  it('both survive a line of text', async () => {
    expect(await survives(bare, bytes('68 0D 0A'))).toBe(true);
    expect(await survives(board, bytes('68 0D 0A'))).toBe(true);
  });

  for (const [name, { input, error }] of Object.entries(FATAL)) {
    it(`${name} crashes telnetlib, but not the board`, async () => {
      expect(await survives(bare, input)).toBe(false);
      expect((await bare.end).stderr).toContain(error);
      expect(await survives(board, input)).toBe(true);
    });
  }

  it('a reset crashes telnetlib, and is a hang-up for the board', async () => {
    await reset(bare.port, 'hello');
    expect((await bare.end).stderr).toContain('ECONNRESET');

    await reset(board.port, 'Welcome');
    expect((await board.logs('sessionClosed')).reason).toBe('hangup');
    const next = await logIn(board.port, 'ann');
    expect(next.heard).toContain('Nobody else is on line');
  });

  it('endless requests by a caller who reads no answer fill the memory of telnetlib, but not of the board', async () => {
    if (!existsSync('/proc/self/status')) pending('/proc, which tells the memory of a process on Linux');
    const { grownMiB: bareGrew } = await flood(bare.port, bare.child.pid as number, {
      sendMiB: 16,
      growMiB: 64,
    });
    expect(bareGrew).toBeGreaterThan(64);

    const closed = board.logs('sessionClosed');
    const { grownMiB } = await flood(board.port, board.child.pid as number, { sendMiB: 16, done: closed });
    expect((await closed).reason).toBe('protocol');
    expect(grownMiB).toBeLessThan(32);
  });
});

describe('bare telnetlib 1.0.2 and the board, in this process', () => {
  const servers: net.Server[] = [];
  const boards: Impulse[] = [];
  const callers: Caller[] = [];
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.hangUp();
    for (const server of servers.splice(0)) server.close();
    for (const board of boards.splice(0)) await board.shutdown('the spec is over', { force: true });
  });

  async function callAt(port: number): Promise<Caller> {
    const caller = await call(port);
    callers.push(caller);
    return caller;
  }
  async function openBare(answer: (caller: BareCaller) => void): Promise<number> {
    const { server, port } = await listenBare(answer);
    servers.push(server);
    return port;
  }
  async function openBoard(app: ImpulseOptions['app']): Promise<{ board: Impulse; port: number }> {
    const board = createImpulse({ port: 0, app, authenticate: () => of({ handle: 'ann' }) });
    boards.push(board);
    return { board, port: (await board.start()).port };
  }

  it('a reset closes a session of the board, but no telnetlib caller; only a hang-up does', async () => {
    const names = ['who resets', 'who hangs up'];
    const closed: string[] = [];
    const gone = new Subject<void>();
    const bare = await openBare((caller) => {
      const name = names.shift() as string;
      caller.on('error', () => {});
      caller.on('close', () => closed.push(name));
      caller.socket.on('close', () => gone.next());
      caller.write('hello');
    });
    for (const leave of ['resetAndDestroy', 'end'] as const) {
      const left = firstValueFrom(gone);
      const caller = await callAt(bare);
      await caller.hears('hello');
      caller.socket[leave]();
      await left;
    }
    expect(closed).toEqual(['who hangs up']);

    const { board, port } = await openBoard(() => concat(of('hello'), NEVER));
    const event = firstValueFrom(board.event$.pipe(filter(({ type }) => type === 'sessionClosed')));
    const caller = await callAt(port);
    await caller.hears('hello');
    caller.socket.resetAndDestroy();
    expect(await event).toEqual(jasmine.objectContaining({ reason: 'hangup' }));
    expect(board.sessions.size).toBe(0);
  });

  it('a byte 0xFF corrupts the output of telnetlib, and is doubled by the board', async () => {
    const written = Buffer.from('A\xffB', 'latin1');

    const bare = await openBare((caller) => {
      caller.on('data', () => {
        caller.write(written);
        caller.end();
      });
    });
    const asking = await callAt(bare);
    asking.says('\r\n');
    expect(await asking.gone).toMatch(/\x00\x01\x02\x00*$/);

    const { port } = await openBoard(() => of(written));
    expect(await (await callAt(port)).gone).toMatch(/A\xff\xffB$/);
  });

  it('a window declined first and offered later is accepted by both, and used by the board alone', async () => {
    const wontThenWill = bytes('FF FC 1F  FF FB 1F');
    const enabled: number[] = [];
    const bare = await openBare((caller) => {
      caller.on('enable', (option) => enabled.push(option));
      caller.on('data', (data) => caller.write(data));
    });
    const changing = await callAt(bare);
    changing.says(wontThenWill);
    await changing.hears(/\xff\xfd\x1f.*\xff\xfd\x1f/s);
    changing.says('hello\r\n');
    await changing.hears('hello');
    expect(enabled).toEqual([]);
    const agreeing = await callAt(bare);
    agreeing.says(Buffer.concat([bytes('FF FB 1F'), Buffer.from('hello\r\n')]));
    await agreeing.hears('hello');
    expect(enabled).toEqual([0x1f]);

    const { port } = await openBoard(({ terminal$ }) =>
      terminal$.pipe(map(({ columns, rows }) => `${columns} by ${rows}\n`)),
    );
    const caller = await callAt(port);
    caller.says(Buffer.concat([wontThenWill, bytes('FF FA 1F 00 84 00 32 FF F0')]));
    await caller.hears('132 by 50');
    expect(caller.heard).toMatch(/\xff\xfd\x1f.*\xff\xfd\x1f/s);
  });

  it("destroy() leaves telnetlib's connection open; kick and force close the board's", async () => {
    const bare = await openBare((caller) => {
      caller.on('data', () => {
        caller.destroy();
        caller.socket.write('still here');
      });
    });
    const destroyed = await callAt(bare);
    destroyed.says('hello\r\n');
    expect(await destroyed.hears('still here')).toContain('still here');

    const { board, port } = await openBoard(() => concat(of('hello'), NEVER));
    const kicked = await callAt(port);
    const forced = await callAt(port);
    await Promise.all([kicked.hears('hello'), forced.hears('hello')]);
    board.kick(1);
    await kicked.gone;
    expect([...board.sessions.keys()]).toEqual([2]);
    await board.shutdown('now', { force: true });
    await forced.gone;
    expect(board.sessions.size).toBe(0);
  });
});

/** Starts an echo server on bare telnetlib. Kill it afterwards. */
async function startBare(): Promise<Server> {
  const child = fork(BARE, { execArgv: ['--import', 'tsx'], silent: true });
  const end = ended(child);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port, end };
}

/** Whether the server still answers after a caller has sent this input and hung up. */
async function survives({ port }: Server, input: Uint8Array): Promise<boolean> {
  const stranger = await call(port);
  stranger.socket.end(input);
  await stranger.gone;
  try {
    const next = await call(port);
    next.says('hello\r\n');
    await next.hears(/hello|Handle: /);
    next.hangUp();
    return true;
  } catch {
    return false;
  }
}

/** Connects, waits for these words, and resets the connection (ECONNRESET for the other end). */
async function reset(port: number, hello: string): Promise<void> {
  const caller = await call(port);
  caller.says('hello\r\n');
  await caller.hears(hello);
  caller.socket.resetAndDestroy();
}
