import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BehaviorSubject, firstValueFrom, Observable, Subject, Subscription, toArray } from 'rxjs';
import { lobby } from '../../../../lib/apps/lobby/lobby.js';
import { createImpulse, type Impulse } from '../../../../lib/create-impulse.js';
import { ask } from '../../../../lib/operations/control/ask.js';
import { closingTime } from '../../../../lib/operations/control/closing-time.js';
import { control } from '../../../../lib/operations/control/control.js';
import type { Caller, DrainNews, Stats, View } from '../../../../lib/operations/control/protocol.js';
import { monotonic } from '../../../../lib/process/monotonic.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import { EMPTY_STATS, stats } from '../../../../streams/events/stats.js';
import { logIn } from '../../../support/caller.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';
import { someone } from '../../../support/lobby.js';

describe('control', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let impulse: Impulse;
  let port: number;
  let running: Subscription;
  beforeEach(async () => {
    folder = temporaryFolder();
    path = join(folder.path, 'board.sock');
    const bus = embeddedBus();
    impulse = createImpulse({ port: 0, app: lobby(), bus, shutdownGraceMs: null, maxPerAddress: null });
    const figures = new BehaviorSubject(EMPTY_STATS);
    impulse.event$.pipe(stats(impulse.sessions)).subscribe(figures);
    const closing = closingTime(impulse, monotonic);
    running = new Subscription();
    closing.news$.subscribe(({ type }) => {
      if (type === 'countdownEnded') impulse.shutdown('drain');
    });
    port = (await impulse.start()).port;
    const board = { impulse, port, bus, closing, stats: () => figures.value };
    await new Promise<void>((resolve, reject) => {
      running.add(control(path, board, resolve).subscribe({ error: reject }));
    });
  });
  afterEach(async () => {
    await impulse.shutdown('the spec is over', { force: true });
    running.unsubscribe();
    folder.remove();
  });

  /** Sends raw text, and resolves with all lines of the answer. */
  async function sends(text: string | Uint8Array): Promise<unknown[]> {
    const socket = connect(path);
    socket.end(text);
    const lines: unknown[] = [];
    for await (const line of createInterface({ input: socket })) lines.push(JSON.parse(line));
    return lines;
  }

  it('answers a line with lines, and hangs up, also if the client has ended its side', async () => {
    expect(await sends('{"command":"broadcast","text":"hello"}\n')).toEqual([{ heard: 0 }]);
    expect(await sends('{"command":"who"}\nmore that nobody reads\n')).toEqual([{ callers: [] }]);
    // The answer to this one takes longer.
    expect(await sends('{"command":"stats"}\n')).toEqual([
      jasmine.objectContaining({ figures: jasmine.anything() }),
    ]);
  });

  it('describes what is wrong with a request', async () => {
    const commands = 'the commands are who, kick, broadcast, drain, stats, watch';
    for (const [request, error] of [
      ['', 'a request must be a line of JSON, such as {"command":"who"}'],
      ['{"command":', 'a request must be a line of JSON, such as {"command":"who"}'],
      ['null', `unknown command "undefined"; ${commands}`],
      ['[1]', `unknown command "undefined"; ${commands}`],
      ['{"command":"reboot"}', `unknown command "reboot"; ${commands}`],
      ['{"command":"constructor"}', `unknown command "constructor"; ${commands}`],
      ['{"command":{"a":1}}', `unknown command "[object Object]"; ${commands}`],
      ['{"command":"kick"}', 'no caller is on node undefined'],
      ['{"command":"kick","node":"1"}', 'no caller is on node "1"'],
      ['{"command":"broadcast"}', 'the text is empty'],
      ['{"command":"broadcast","text":" \\u001b \\n"}', 'the text is empty'],
      ['{"command":"drain","cancel":true}', 'no countdown is running'],
      ['{"command":"drain","inMs":-1}', 'inMs must be a whole number of milliseconds up to 31536000000'],
      ['{"command":"drain","inMs":1e11}', 'inMs must be a whole number of milliseconds up to 31536000000'],
      ['{"command":"drain","inMs":"5m"}', 'inMs must be a whole number of milliseconds up to 31536000000'],
    ]) {
      expect(await sends(`${request}\n`)).toEqual([{ error }]);
    }
    expect(impulse.sessions.size).toBe(0);
  });

  it('accepts a request of 4 KiB, and not a byte more', async () => {
    const request = (bytes: number) => `{"command":"who"${' '.repeat(bytes - 17)}}`;
    expect(await sends(`${request(4096)}\n`)).toEqual([{ callers: [] }]);
    const tooLong = [{ error: 'a request may have at most 4096 bytes' }];
    expect(await sends(`${request(4097)}\n`)).toEqual(tooLong);
    expect(await sends('x'.repeat(100_000))).toEqual(tooLong);
  });

  it('accepts a request in single bytes, while serving another one', async () => {
    const socket = connect(path);
    socket.setNoDelay(true);
    for (const byte of Buffer.from('{"command":"broadcast","text":"é"}\n')) {
      socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(String((await once(socket, 'data'))[0])).toBe('{"heard":0}\n');
    socket.destroy();
  });

  it('waits five seconds for a request', async () => {
    jasmine.clock().install();
    try {
      const socket = connect(path);
      await once(socket, 'connect');
      socket.write('{"command":');
      // By now the board has accepted it.
      await sends('{"command":"who"}\n');
      jasmine.clock().tick(4999);
      expect(socket.readableLength).toBe(0);
      jasmine.clock().tick(1);
      expect(String((await once(socket, 'data'))[0])).toBe('{"error":"no request was received in time"}\n');
      await once(socket, 'end');
      socket.destroy();
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('allows sixteen connections, and a new one when one has ended', async () => {
    const asking: Socket[] = [];
    for (let count = 0; count < 16; count += 1) {
      const socket = connect(path);
      asking.push(socket);
      await once(socket, 'connect');
    }
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      'the board closed the connection without an answer; it may have too many control connections',
    );

    asking[0]?.end('{"command":"who"}\n');
    await once(asking[0]?.resume() as Socket, 'close');

    expect(await firstValueFrom(ask(path, { command: 'who' }))).toEqual({ callers: [] });
    for (const socket of asking) socket.destroy();
  });

  it("hangs up on a watching client that doesn't read, at a MiB of backlog", async () => {
    jasmine.clock().install();
    try {
      const [watches, left] = [new Subject<void>(), new Subject<void>()];
      const event$ = new Observable<never>(() => {
        watches.next();
        return () => left.next();
      });
      const sessions = new Map([[1, someone(1, 'x'.repeat(2 * 1024 ** 2))]]);
      const board = {
        impulse: { ...impulse, event$, sessions },
        port,
        bus: embeddedBus(),
        closing: closingTime(impulse, monotonic),
        stats: () => EMPTY_STATS,
      };
      const otherPath = join(folder.path, 'other.sock');
      await new Promise<void>((resolve, reject) => {
        running.add(control(otherPath, board, resolve).subscribe({ error: reject }));
      });
      const isWatched = firstValueFrom(watches);
      const isOver = firstValueFrom(left);

      const socket = connect(otherPath, () => socket.write('{"command":"watch"}\n'));
      await isWatched;
      jasmine.clock().tick(1200);

      await expectAsync(isOver).toBeResolved();
      socket.destroy();
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('lists the callers by node, with their rooms', async () => {
    const cyd = await logIn(port, 'cyd');
    const bob = await logIn(port, 'bob');
    bob.says('/join garden\r\n');
    await bob.hears('garden> ');
    cyd.says('/quit\r\n');
    await cyd.gone;
    const ann = await logIn(port, 'ann');

    const { callers } = await firstValueFrom(ask<{ callers: Caller[] }>(path, { command: 'who' }));

    expect(
      callers.map(({ node, handle, where, address, state }) => [node, handle, where, address, state]),
    ).toEqual([
      [1, 'ann', 'lobby', '127.0.0.1', 'active'],
      [2, 'bob', 'garden', '127.0.0.1', 'active'],
    ]);
    expect(callers[0]?.openedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(callers[0]?.bytesIn).toBe(5);
    for (const caller of [ann, bob]) caller.hangUp();
  });

  it('kicks the caller on a node, and says who it was', async () => {
    const ann = await logIn(port, 'ann');

    const { kicked } = await firstValueFrom(ask<{ kicked: Caller }>(path, { command: 'kick', node: 1 }));

    expect(kicked.handle).toBe('ann');
    expect(await ann.gone).toContain('The sysop closed your call.');
    await expectAsync(firstValueFrom(ask(path, { command: 'kick', node: 1 }))).toBeRejectedWithError(
      'no caller is on node 1',
    );
  });

  it('broadcasts a text without control characters', async () => {
    const ann = await logIn(port, 'ann');
    const broadcast$ = ask(path, { command: 'broadcast', text: 'soup \x1b[2Jis\nready' });
    expect(await firstValueFrom(broadcast$)).toEqual({ heard: 1 });
    expect(await ann.hears('ready')).toContain('*** soup [2Jisready ***');
    ann.hangUp();
  });

  it('reports its process and port with the stats', async () => {
    const stats = await firstValueFrom(ask<Stats>(path, { command: 'stats' }));
    expect(stats).toEqual(jasmine.objectContaining({ pid: process.pid, port }));
  });

  it('reports current stats', async () => {
    const ann = await logIn(port, 'ann');
    const { figures } = await firstValueFrom(ask<View>(path, { command: 'stats' }));
    expect(figures).toEqual(
      jasmine.objectContaining({
        phase: 'open',
        onLine: 1,
        most: 1,
        admitted: 1,
        closesInMs: null,
        bytesIn: 5,
      }),
    );
    expect(figures.memoryBytes).toBeGreaterThan(1e6);
    expect(Object.keys(figures)).not.toContain('lines');
    ann.hangUp();
  });

  it('sends views of the board repeatedly, until it is closed', async () => {
    const ann = await logIn(port, 'ann');
    const views: View[] = [];
    const watched = new Promise<void>((resolve, reject) => {
      ask<View>(path, { command: 'watch' }).subscribe({
        next(view) {
          views.push(view);
          if (views.length === 2) impulse.shutdown('x', { force: true });
        },
        complete: resolve,
        error: reject,
      });
    });
    await watched;
    expect(views.length).toBe(2);
    expect(views[0]?.callers.map(({ handle }) => handle)).toEqual(['ann']);
    await ann.gone;
  });

  it('reports the drain to the client that ordered it, to the end', async () => {
    const ann = await logIn(port, 'ann');
    const news$ = ask<DrainNews>(path, { command: 'drain', inMs: 10 });
    const told = firstValueFrom(news$.pipe(toArray()));
    await ann.hears('The board goes down when the last caller has left.');
    ann.says('/quit\r\n');

    expect(await told).toEqual([
      { type: 'countdownTold', leftMs: 10, heard: 1 },
      jasmine.objectContaining({ type: 'serverDraining', reason: 'drain', sessions: 1, graceMs: null }),
      jasmine.objectContaining({ type: 'serverClosed', drained: 1, forced: 0 }),
    ]);
  });

  it('lets a second client follow a drain, but not change it', async () => {
    const ann = await logIn(port, 'ann');
    const first = firstValueFrom(ask<DrainNews>(path, { command: 'drain' }).pipe(toArray()));
    await ann.hears('The board goes down');
    const second = firstValueFrom(ask<DrainNews>(path, { command: 'drain' }).pipe(toArray()));
    for (const change of [{ cancel: true }, { inMs: 1 }]) {
      await expectAsync(firstValueFrom(ask(path, { command: 'drain', ...change }))).toBeRejectedWithError(
        'the board is already going down',
      );
    }
    ann.says('/quit\r\n');

    for (const news of [first, second])
      expect((await news).at(-1)).toEqual(jasmine.objectContaining({ type: 'serverClosed' }));
  });

  it('keeps a countdown when its client hangs up, and lets another one cancel it', async () => {
    const ann = await logIn(port, 'ann');
    await firstValueFrom(ask(path, { command: 'drain', inMs: 3_600_000 }));
    const late = await logIn(port, 'cyd');
    expect(ann.heard).toContain('*** The board closes in 1 hour. ***');

    const cancelled = await firstValueFrom(ask(path, { command: 'drain', cancel: true }).pipe(toArray()));

    expect(cancelled).toEqual([{ type: 'countdownCancelled', heard: 2 }]);
    expect(await ann.hears('stays open')).toContain('*** The board stays open after all. ***');
    for (const caller of [ann, late]) caller.hangUp();
  });
});
