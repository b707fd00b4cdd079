import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, call, logIn } from '../support/caller.js';
import { OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

const callers: Caller[] = [];
const calls = async (port: number, from = '127.0.0.1'): Promise<Caller> => {
  const caller = await call(port, '127.0.0.1', from);
  callers.push(caller);
  return caller;
};

describe('impulse serve with admission control', () => {
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.hangUp();
    stopAll();
  });

  it('admits 100 of 500 simultaneous callers, queues 20, refuses 380, and gives a free node to the queue', async () => {
    const board = await startBoard([...OPEN_DOOR, '--max-sessions', '100', '--waiting-room', '20']);

    await Promise.all(Array.from({ length: 500 }, () => calls(board.port)));
    const heard = await Promise.all(
      callers.map((caller) => caller.hears(/Handle: |You are number \d+ in line|Please call again later/)),
    );

    const inside = callers.filter((_, index) => heard[index]?.includes('Handle: '));
    const places = heard.map((text) => /You are number (\d+) in line/.exec(text)?.[1]).filter(Boolean);
    expect(inside.length).toBe(100);
    expect(places.map(Number).sort((one, other) => one - other)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect(
      heard.filter((text) => text.includes('All 100 nodes are busy. Please call again later.')).length,
    ).toBe(380);

    const first = callers[heard.findIndex((text) => text.includes('You are number 1 in line'))] as Caller;
    const second = callers[heard.findIndex((text) => text.includes('You are number 2 in line'))] as Caller;
    inside[0]?.hangUp();
    expect(await first.hears('Handle: ')).toContain('Handle: ');
    expect(await second.hears('You are number 1 in line')).not.toContain('Handle: ');
  });

  it('allows one address five connections, without affecting other addresses', async () => {
    const board = await startBoard([
      '--connection-rate',
      'off',
      '--penalties',
      'off',
      '--connection-rate-per-address',
      'off',
    ]);

    const flood = await Promise.all(Array.from({ length: 50 }, () => calls(board.port, '127.0.0.2')));
    const heard = await Promise.all(
      flood.map((caller) => caller.hears(/Handle: |Too many calls from your address/)),
    );
    expect(heard.filter((text) => text.includes('Handle: ')).length).toBe(5);

    const other = await calls(board.port, '127.0.0.3');
    expect(await other.hears('Handle: ')).toContain('Handle: ');
  });

  it('keeps the reserved nodes for --allow, and exempts its callers from every limit', async () => {
    const board = await startBoard([
      '--max-sessions',
      '2',
      '--reserve',
      '1',
      '--allow',
      '127.0.0.9',
      '--waiting-room',
      '0',
    ]);
    await (await calls(board.port)).hears('Handle: ');
    expect(await (await calls(board.port)).gone).toContain('All 2 nodes are busy');
    expect(await (await calls(board.port, '127.0.0.9')).hears('Handle: ')).toContain('Handle: ');
  });

  it('refuses a blocked caller with a short message, without banner or prompt', async () => {
    const board = await startBoard(['--block', '127.0.0.2/31']);
    const heard = await (await calls(board.port, '127.0.0.3')).gone;
    expect(heard).toBe("\r\nThe board can't take your call. Please call again later.\r\n");
    expect((await board.logs('connectionRefused')).reason).toBe('blocked');
    await (await calls(board.port)).hears('Handle: ');
  });

  it('admits only people, with --gate esc', async () => {
    const board = await startBoard(['--gate', 'esc']);
    const person = await calls(board.port);
    await person.hears('Press ESC twice to come in.');
    person.says('\x1b');
    person.says('\x1b');
    expect(await person.hears('Handle: ')).not.toContain('refused');

    const scanner = await calls(board.port);
    await scanner.hears('Press ESC twice to come in.');
    scanner.says('root\r\n');
    scanner.socket.end();
    await scanner.gone;

    expect((await board.logs('connectionRefused')).reason).toBe('gate');
    expect(board.log.filter((line) => line.event === 'sessionOpened').length).toBe(1);
  });

  it('reads all input of a throttled caller, at the input rate', async () => {
    const board = await startBoard(['--input-rate', '2k', ...OPEN_DOOR]);
    const caller = await logIn(board.port, 'ann');
    callers.push(caller);
    caller.says(`${'x'.repeat(500)}\r\n`.repeat(10));
    caller.says('/quit\r\n');
    await caller.gone;
    const closed = await board.logs('sessionClosed');
    expect(closed.reason).toBe('app-done');
    expect(Number(closed.bytesIn)).toBeGreaterThan(5000);
  });

  it('penalises an address that floods, logs each penalty once, and admits other addresses', async () => {
    const board = await startBoard(['--connection-rate', 'off', '--connection-rate-per-address', 'off']);
    const flood = await Promise.all(Array.from({ length: 60 }, () => calls(board.port, '127.0.0.2')));
    await Promise.all(flood.map((caller) => caller.hears(/Handle: |Please call again/)));

    const again = await calls(board.port, '127.0.0.2');
    expect(await again.gone).toMatch(
      /Your address is blocked for a while\. Please call again in \d+ (second|minute)s?\./,
    );
    const penalised = board.log.filter((line) => line.event === 'addressPenalised');
    expect(penalised.map(({ address, offence }) => [address, offence])).toEqual([['127.0.0.2', 'flood']]);

    await (await calls(board.port, '127.0.0.3')).hears('Handle: ');
  });

  it('logs that it is out of file descriptors, keeps its callers, and accepts others when some are free again', async () => {
    if (spawnSync('prlimit', ['--version']).error)
      return pending("prlimit isn't installed (Debian: util-linux)");
    const board = await startBoard([...OPEN_DOOR, '--max-sessions', '300']);
    const chatting = await logIn(board.port, 'ann');
    callers.push(chatting);

    spawnSync('prlimit', ['--pid', `${board.child.pid}`, '--nofile=100:100']);
    const crowd = Array.from({ length: 300 }, () =>
      net.connect(board.port, '127.0.0.1').on('error', () => {}),
    );
    await board.logs('descriptorsGone');
    chatting.says('/time\r\n');
    await chatting.hears('It is ');

    for (const socket of crowd) socket.destroy();
    await board.logs('descriptorsFree');
    await (await calls(board.port)).hears('Handle: ');
    expect(board.child.exitCode).toBeNull();
  });

  describe('on SIGHUP', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'impulse-door-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('applies the new configuration, keeps the old one while a file is invalid, and disturbs no caller', async () => {
      const list = join(folder, 'blocked');
      writeFileSync(list, '# nobody yet\n');
      const board = await startBoard([...OPEN_DOOR, '--block', list]);
      const chatting = await logIn(board.port, 'ann');
      callers.push(chatting);
      const hup = async (event: string) => {
        const before = board.log.filter((line) => line.event === event).length;
        board.child.kill('SIGHUP');
        await board.logs(
          event,
          (line) => board.log.filter(({ event: other }) => other === event).indexOf(line) >= before,
        );
      };
      const stillThere = async () => {
        const heard = chatting.heard.length;
        chatting.says('/who\r\n');
        await chatting.hears(new RegExp(`^[^]{${heard}}[^]*1  ann`));
      };

      writeFileSync(list, '127.0.0.1\n127.0.0.2\n');
      await hup('configReread');
      expect(await (await calls(board.port, '127.0.0.2')).gone).toContain("can't take your call");
      await stillThere();

      writeFileSync(list, '127.0.0.2\nnonsense\n');
      await hup('configRefused');
      expect(await (await calls(board.port, '127.0.0.2')).gone).toContain("can't take your call");
      expect((await board.logs('configRefused')).message).toContain('line 2: "nonsense" is not a network');
      await stillThere();

      writeFileSync(list, '');
      await hup('configReread');
      await (await calls(board.port, '127.0.0.2')).hears('Handle: ');
      await stillThere();
    });

    it('gives additional nodes to waiting callers', async () => {
      const env = join(folder, '.env');
      writeFileSync(env, 'IMPULSE_MAX_SESSIONS=1\n');
      const board = await startBoard([...OPEN_DOOR, '--waiting-room', '5'], [], folder);
      await (await calls(board.port)).hears('Handle: ');
      const waiting = await calls(board.port);
      await waiting.hears('You are number 1 in line');

      writeFileSync(env, 'IMPULSE_MAX_SESSIONS=2\n');
      board.child.kill('SIGHUP');

      expect(await waiting.hears('Handle: ')).toContain('Handle: ');
    });
  });
});
