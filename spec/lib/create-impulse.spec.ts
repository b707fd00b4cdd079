import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import {
  concat,
  config,
  filter,
  finalize,
  firstValueFrom,
  map,
  NEVER,
  of,
  ReplaySubject,
  throwError,
  VirtualTimeScheduler,
} from 'rxjs';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../lib/create-impulse.js';
import { LifecycleError, ListenError } from '../../lib/errors.js';
import { BoardOptions } from '../../lib/transports/telnet/board-options.js';
import type { App } from '../../streams/types/app.js';
import type { Output } from '../../streams/types/connection.js';
import type { TimedEvent } from '../../streams/types/events.js';
import { SessionTable } from '../../streams/types/session-table.js';
import { breakAccepting } from '../support/break-accepting.js';
import { call } from '../support/caller.js';
import { kernelTimer, needsKernelTimers } from '../support/kernel-timer.js';
import { bytesOf, wordsOf } from '../support/telnet-words.js';

const echo: App = (session) =>
  concat(of(`hi ${session.user?.handle}\n`), session.line$.pipe(map((line) => `${line}\n`)));

const opened: Impulse[] = [];

/** Opens a board on a free port, without admission limits. */
async function open(
  options: Partial<ImpulseOptions> = {},
): Promise<{ impulse: Impulse; port: number; events: TimedEvent[] }> {
  const impulse = createImpulse({
    port: 0,
    app: echo,
    connectionRate: null,
    connectionRatePerAddress: null,
    maxPerAddress: null,
    penalties: false,
    maxUnauthenticated: null,
    shutdownGraceMs: 5000,
    ...options,
  });
  opened.push(impulse);
  const events: TimedEvent[] = [];
  impulse.event$.subscribe((event) => events.push(event));
  const { port } = await impulse.start();
  return { impulse, port, events };
}

const happens = (impulse: Impulse, type: TimedEvent['type']) =>
  firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));

async function logIn(port: number, handle: string) {
  const caller = await call(port);
  await caller.hears('Handle: ');
  caller.says(`${handle}\r\n`);
  await caller.hears(`hi ${handle}`);
  return caller;
}

describe('createImpulse', () => {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('spec over', { force: true })));
  });

  it("broadcasts the sysop's text to all callers who have logged in, and counts them", async () => {
    const { impulse, port } = await open();
    const [ann, bob, eve] = [await logIn(port, 'ann'), await logIn(port, 'bob'), await call(port)];
    await eve.hears('Handle: ');

    expect(impulse.broadcast('Cake in the\x1b[2J kitchen')).toBe(2);

    await ann.hears('*** Cake in the[2J kitchen ***\r\n');
    await bob.hears('*** Cake in the[2J kitchen ***\r\n');
    eve.says('eve\r\n');
    expect(await eve.hears('hi eve')).not.toContain('Cake');
    for (const caller of [ann, bob, eve]) caller.hangUp();
  });

  it('runs a session from connection to goodbye, and lists it meanwhile', async () => {
    const { impulse, port, events } = await open();
    const caller = await logIn(port, 'ann');

    const [info] = impulse.sessions.values();
    expect(info).toEqual(
      jasmine.objectContaining({
        id: 1,
        node: 1,
        state: 'active',
        user: { handle: 'ann', guest: true },
        address: '127.0.0.1',
      }),
    );
    caller.says('hello\r\n');
    await caller.hears('hello');
    const closed = happens(impulse, 'sessionClosed');
    caller.hangUp();
    await closed;

    expect(impulse.sessions.size).toBe(0);
    expect(events.map(({ type }) => type)).toEqual([
      'serverListening',
      'sessionOpened',
      'sessionAuthenticated',
      'sessionClosing',
      'sessionClosed',
    ]);
    expect(events.at(-1)).toEqual(jasmine.objectContaining({ reason: 'hangup', bytesIn: 12 }));
  });

  it('serves 12 callers at the same time, each with their own session', async () => {
    const { impulse, port } = await open();
    const handles = Array.from({ length: 12 }, (_, index) => `caller ${index}`);

    const callers = await Promise.all(handles.map((handle) => logIn(port, handle)));
    expect(impulse.sessions.size).toBe(12);
    for (const [index, caller] of callers.entries()) caller.says(`I am ${index}\r\n`);
    const heard = await Promise.all(callers.map((caller, index) => caller.hears(`I am ${index}\r\n`)));

    for (const [index, text] of heard.entries()) {
      expect(text.match(/I am \d+/g)).toEqual([`I am ${index}`]);
    }
  });

  it('leaks nothing after 100 callers came and left', async () => {
    const { impulse, port } = await open();
    const visit = async (leave: (caller: Awaited<ReturnType<typeof call>>) => void) => {
      const closed = happens(impulse, 'sessionClosed');
      const caller = await logIn(port, 'ann');
      leave(caller);
      await closed;
      await caller.gone;
      // Node releases a closed socket at the end of the event loop's turn.
      for (let turn = 0; turn < 2; turn += 1) await new Promise(setImmediate);
    };
    await visit((caller) => caller.hangUp());
    const before = resources();

    for (let visits = 0; visits < 100; visits += 1) {
      await visit((caller) => (visits % 2 ? caller.socket.resetAndDestroy() : caller.socket.end()));
    }

    expect(impulse.sessions.size).toBe(0);
    expect(resources()).toEqual(before);
  });

  it('runs independently of another board in the process', async () => {
    const [one, other] = await Promise.all([open({ maxSessions: 1 }), open({ maxSessions: 1 })]);
    await logIn(one.port, 'ann');
    const bob = await logIn(other.port, 'bob');

    await one.impulse.shutdown('one only', { force: true });

    bob.says('still here\r\n');
    await bob.hears('still here');
    expect(other.events.map(({ type }) => type)).not.toContain('serverDraining');
    expect(other.impulse.sessions.size).toBe(1);
  });

  it("shows an IPv4 caller's address as IPv4 when listening for both families", async () => {
    const asked: string[] = [];
    const ask = (address: string) => {
      asked.push(address);
      return false;
    };
    const { impulse, port, events } = await open({ host: '::', blocked: ask, trusted: ask });
    const caller = await logIn(port, 'ann');
    expect([...impulse.sessions.values()].map(({ address }) => address)).toEqual(['127.0.0.1']);
    caller.hangUp();
    await happens(impulse, 'sessionClosed');
    const addresses = events.flatMap((event) => ('address' in event ? [event.address] : []));
    expect(new Set([...addresses, ...asked])).toEqual(new Set(['127.0.0.1']));
  });

  it("says why a connection that didn't come through the proxy is refused, for both families", async () => {
    const { impulse, port, events } = await open({
      host: '::',
      proxyFrom: (address) => address === '127.0.0.1',
    });
    const caller = await call(port);
    caller.says('hello\r\n');
    await happens(impulse, 'connectionRefused');
    const other = await call(port, '127.0.0.1', '127.0.0.9');
    await other.gone;
    const refusals = events.filter((event) => event.type === 'connectionRefused');
    expect(refusals.map(({ address, reason, detail }) => [address, reason, detail])).toEqual([
      ['127.0.0.1', 'proxy', 'no header'],
      ['127.0.0.9', 'proxy', 'not a proxy'],
    ]);
    await caller.gone;
  });

  it('refuses a proxied connection at once while 1,024 wait for their header', async () => {
    const { impulse, port, events } = await open({
      proxyFrom: () => true,
      // The clock stands still, so that no deadline passes.
      scheduler: new VirtualTimeScheduler(),
    });
    const waiting = [];
    for (let count = 0; count < 1024; count += 1) {
      const caller = await call(port);
      caller.says('PROXY TCP4 192.0.2.1');
      waiting.push(caller);
    }
    const [refused, oneMore] = [happens(impulse, 'connectionRefused'), await call(port)];
    expect(await refused).toEqual({
      at: jasmine.any(Number) as never,
      type: 'connectionRefused',
      address: '127.0.0.1',
      transport: 'telnet',
      reason: 'proxy',
      detail: 'too many',
    });
    expect(await oneMore.gone).toContain("The board can't take your call.");
    expect(events.filter(({ type }) => type === 'connectionRefused').length).toBe(1);
    for (const caller of waiting) caller.hangUp();
  });

  it('ends a session that is kicked, and returns whether there was one', async () => {
    const { impulse, port } = await open();
    const caller = await logIn(port, 'ann');

    expect(impulse.kick(1)).toBe(true);
    expect(impulse.kick(2)).toBe(false);

    expect(await caller.gone).toContain('The sysop closed your call.');
  });

  it('ends only the session whose app fails, at once or later', async () => {
    const app: App = (session) => {
      if (session.user?.handle === 'throws') throw new Error('in the app');
      if (session.user?.handle === 'errors')
        return concat(
          of('hi errors\n'),
          throwError(() => new Error('later')),
        );
      return echo(session, {} as never);
    };
    const { port, events } = await open({ app });
    const neighbour = await logIn(port, 'ann');

    for (const handle of ['throws', 'errors']) {
      const caller = await call(port);
      caller.says(`${handle}\r\n`);
      expect(await caller.gone).toContain('Something went wrong here');
    }

    neighbour.says('still here\r\n');
    await neighbour.hears('still here');
    const errors = events
      .filter((event) => event.type === 'sessionClosing')
      .map(({ reason, error }) => [reason, `${error}`]);
    expect(errors).toEqual([
      ['app-error', 'Error: in the app'],
      ['app-error', 'Error: later'],
    ]);
  });

  it('closes a session whose app throws in its teardown, and still shuts down', async () => {
    const fails = finalize<Output>(() => {
      throw new Error('in the teardown');
    });
    const { impulse, port, events } = await open({
      app: (session, services) => echo(session, services).pipe(fails),
    });
    const closed = happens(impulse, 'sessionClosed');
    const [caller, other] = [await logIn(port, 'ann'), await logIn(port, 'bob')];

    caller.hangUp();
    expect(await closed).toEqual(jasmine.objectContaining({ session: 1, reason: 'hangup' }));
    expect(await impulse.shutdown('spec over', { force: true })).toEqual(
      jasmine.objectContaining({ forced: 1 }),
    );
    await other.gone;

    expect(
      events
        .filter((event) => event.type === 'callbackFailed')
        .map(({ callback, session, error }) => [callback, session, `${error}`]),
    ).toEqual([
      ['app', 1, jasmine.stringContaining('in the teardown')],
      ['app', 2, jasmine.stringContaining('in the teardown')],
    ] as never);
  });

  it('slows down a caller whose app is busy, and loses no input', async () => {
    const answered: string[] = [];
    const free = new ReplaySubject<never>();
    const app: App = (session) =>
      concat(
        of(`hi ${session.user?.handle}\n`),
        session.eachLine((line) => {
          answered.push(line);
          return free;
        }),
      );
    const { impulse, port } = await open({ app });
    const caller = await logIn(port, 'ann');
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${'x'.repeat(800)}`);

    caller.says(`${lines.join('\r\n')}\r\n`);
    await turns(1000);
    const held = impulse.sessions.get(1)?.bytesIn ?? 0;
    expect(answered.length).toBe(1);
    expect(held).toBeGreaterThan(60_000);
    expect(held).toBeLessThan(200_000);
    free.complete();
    while (answered.length < lines.length) await turns(1);

    expect(answered).toEqual(lines);
  });

  it("closes the session of a caller who doesn't read, and no other", async () => {
    const app: App = (session) => {
      const hello$ = of(`hi ${session.user?.handle}\n`);
      return session.user?.handle === 'deaf'
        ? concat(hello$, of('x'.repeat(20_000_000)), NEVER)
        : echo(session, {} as never);
    };
    const { impulse, port } = await open({ app });
    const neighbour = await logIn(port, 'ann');
    const deaf = await call(port);
    deaf.socket.pause();
    const closing = happens(impulse, 'sessionClosing');
    deaf.says('deaf\r\n');

    expect(await closing).toEqual(jasmine.objectContaining({ reason: 'slow', session: 2 }));
    neighbour.says('still here\r\n');
    await neighbour.hears('still here');
  });

  it('tells a crawler its name, the number of callers and its start time', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { port } = await open({ name: 'The Night Shift' });
    await logIn(port, 'ann');
    await logIn(port, 'bob');
    const crawler = await call(port);

    crawler.says(bytesOf('DO MSSP'));

    const heard = wordsOf(Buffer.from(await crawler.hears(/UPTIME[\s\S]*\xff\xf0/), 'latin1'));
    const status = heard.find((phrase) => phrase.startsWith('SB MSSP'));
    expect(status).toMatch(/^SB MSSP 1 "NAME" 2 "The Night Shift" 1 "PLAYERS" 2 "2" 1 "UPTIME" 2 "\d+"$/);
    const since = Number(/(\d+)"$/.exec(status ?? '')?.[1]);
    expect(since).toBeGreaterThanOrEqual(before - 1);
    expect(since).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
  });

  it('counts the callers for a crawler without iterating over them', async () => {
    const { port } = await open();
    for (const handle of ['ann', 'bob']) await logIn(port, handle);
    const crawler = await call(port);
    const lookedAt = spyOn(SessionTable.prototype, 'values').and.callThrough();

    crawler.says(bytesOf('DO MSSP'));

    expect(await crawler.hears(/UPTIME[\s\S]*\xff\xf0/)).toContain('PLAYERS\x022\x01');
    expect(lookedAt).not.toHaveBeenCalled();
  });

  it('tells a crawler its start time by the current wall clock', async () => {
    const { port } = await open();
    const yearMs = 365 * 86_400_000;
    const wrong = Date.now();
    spyOn(Date, 'now').and.callFake(() => wrong + yearMs);
    const crawler = await call(port);

    crawler.says(bytesOf('DO MSSP'));

    const [, since] = /UPTIME\x02(\d+)\xff\xf0/.exec(await crawler.hears(/UPTIME[\s\S]*\xff\xf0/)) ?? [];
    expect(Number(since)).toBeGreaterThan((wrong + yearMs) / 1000 - 600);
  });

  it('is called Impulse by default', async () => {
    const { port } = await open();
    const crawler = await call(port);

    crawler.says(bytesOf('DO MSSP'));

    expect(await crawler.hears('PLAYERS')).toContain('\x01NAME\x02Impulse\x01');
  });

  it('uses CP437 for a caller whose terminal has it', async () => {
    const { impulse, port } = await open();
    const caller = await call(port);
    caller.says(bytesOf('WILL TTYPE', 'SB TTYPE 0 "SyncTERM"'));
    await caller.hears('Handle: ');
    caller.says(Uint8Array.of(0x5a, 0x6f, 0x89, 0x0d));
    await caller.hears('hi Zo\x89\r\n');

    expect(impulse.sessions.get(1)?.user).toEqual({ handle: 'Zoë', guest: true });
    caller.says(Uint8Array.of(0xdb, 0x0d));
    await caller.hears('\xdb\r\n');
  });

  it('closes a telnet client that answered two probes, and then stops answering', async () => {
    const { impulse, port } = await open({ deadPeerTimeoutMs: 200 });
    const caller = await logIn(port, 'ann');
    const closing = happens(impulse, 'sessionClosing');

    caller.says(bytesOf('DO ECHO', 'WILL TIMING_MARK', 'WILL TIMING_MARK'));

    expect(await closing).toEqual(jasmine.objectContaining({ reason: 'lost' }));
    const heard = wordsOf(Buffer.from(await caller.gone, 'latin1'));
    expect(heard.filter((phrase) => phrase === 'DO TIMING_MARK').length).toBe(3);
  });

  for (const [deadPeerTimeoutMs, most] of [
    [undefined, 110],
    [60_000, 50],
    [null, undefined],
  ] as const) {
    it(`sets the kernel's keepalive (dead peer timeout: ${deadPeerTimeoutMs})`, async () => {
      needsKernelTimers();
      const { port } = await open(deadPeerTimeoutMs === undefined ? {} : { deadPeerTimeoutMs });
      const caller = await logIn(port, 'ann');
      const line = () => kernelTimer({ localPort: port, remotePort: caller.socket.localPort });
      while (line().kind === 'an acknowledgement') await new Promise((resolve) => setImmediate(resolve));

      const { kind, seconds } = line();
      expect(kind).toBe(most === undefined ? 'nothing' : 'a sign of life');
      if (most !== undefined) {
        expect(seconds).toBeGreaterThan(most / 2);
        expect(seconds).toBeLessThanOrEqual(most);
      }
      caller.hangUp();
    });
  }

  it("rejects start with the system's code when the port is in use", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const impulse = createImpulse({ app: echo, port });

    await expectAsync(impulse.start()).toBeRejectedWithError(
      ListenError,
      `the board can't listen on 127.0.0.1 port ${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    );
    await expectAsync(impulse.start()).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EADDRINUSE', host: '127.0.0.1', port, cause: jasmine.any(Error) }),
    );
    server.close();
    expect(await impulse.shutdown()).toEqual(jasmine.objectContaining({ drained: 0, forced: 0 }));
  });

  it('completes the events of a failed start, and may be started again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const impulse = createImpulse({ app: echo, port });
    opened.push(impulse);
    const heard: string[] = [];
    const listen = () =>
      impulse.event$.subscribe({ next: ({ type }) => heard.push(type), complete: () => heard.push('|') });
    listen();

    await expectAsync(impulse.start()).toBeRejectedWith(jasmine.objectContaining({ code: 'EADDRINUSE' }));
    expect(heard).toEqual(['|']);
    server.close();
    await once(server, 'close');
    listen();
    expect((await impulse.start()).port).toBe(port);

    expect(heard).toEqual(['|', 'serverListening']);
    await impulse.shutdown();
    expect(heard).toEqual(['|', 'serverListening', 'serverDraining', 'serverClosed', '|']);
  });

  it('completes the events of a board shut down before it listened, for late subscribers too', async () => {
    for (const begin of [() => {}, (impulse: Impulse) => void impulse.start().catch(() => {})]) {
      const impulse = createImpulse({ app: echo, port: 0 });
      const heard: string[] = [];
      impulse.event$.subscribe({ complete: () => heard.push('|') });
      begin(impulse);
      await impulse.shutdown();
      impulse.event$.subscribe({ complete: () => heard.push('late |') });
      expect(heard).toEqual(['|', 'late |']);
      for (let tries = 0; tries < 2; tries += 1)
        await expectAsync(impulse.start()).toBeRejectedWithError(
          'the board was shut down before it listened',
        );
    }
  });

  it('rejects a start after a shutdown with its own message', async () => {
    const { impulse } = await open();
    await impulse.shutdown();
    await expectAsync(impulse.start()).toBeRejectedWithError(
      LifecycleError,
      'the board was shut down; create another one',
    );
  });

  it('refuses only the connection for which proxyFrom throws', async () => {
    let isBroken = true;
    const proxyFrom = () => {
      if (isBroken) throw new Error('bug');
      return true;
    };
    const { port, events } = await open({ proxyFrom });
    await (await call(port)).gone;
    isBroken = false;
    const caller = await call(port);
    caller.says('PROXY TCP4 203.0.113.7 203.0.113.1 5000 23\r\n');
    await caller.hears('Handle: ');
    caller.says('ann\r\n');
    await caller.hears('hi ann');
    expect(events.slice(1, 3)).toEqual([
      jasmine.objectContaining({
        type: 'connectionRefused',
        reason: 'error',
        error: new Error('bug'),
      }) as never,
      jasmine.objectContaining({ type: 'sessionOpened', address: '203.0.113.7' }) as never,
    ]);
    caller.hangUp();
  });

  it('ends only the session in which telnet fails', async () => {
    const { impulse, port, events } = await open();
    const [ann, bob] = [await logIn(port, 'ann'), await logIn(port, 'bob')];
    const bug = spyOn(BoardOptions.prototype, 'negotiate').and.throwError('bug');
    const closing = happens(impulse, 'sessionClosing');
    bob.says(bytesOf('DO ECHO'));
    expect(await closing).toEqual(
      jasmine.objectContaining({ session: 2, reason: 'connection-error', error: new Error('bug') }) as never,
    );
    bug.and.callThrough();
    await bob.gone;
    ann.says('still here\r\n');
    await ann.hears('still here');
    expect(events.filter(({ type }) => type === 'sessionClosing').length).toBe(1);
  });

  it('destroys its connections and closes its port when it fails, and rejects shutdown', async () => {
    const { impulse, port, events } = await open();
    const ann = await logIn(port, 'ann');
    const bug = breakAccepting(port);
    connect(port, '127.0.0.1').on('error', () => {});
    await ann.gone;
    bug.and.callThrough();

    expect(events.at(-1)).toEqual(
      jasmine.objectContaining({ type: 'serverFailed', error: new Error('a bug of the board') }) as never,
    );
    expect(impulse.sessions.size).toBe(0);
    await expectAsync(call(port)).toBeRejected();
    await expectAsync(impulse.shutdown()).toBeRejectedWithError('a bug of the board');
    opened.splice(opened.indexOf(impulse), 1);
  });

  it('resolves closed with the report of the shutdown, and rejects it with the error of a failure', async () => {
    const { impulse } = await open();
    const closed = impulse.closed();
    const report = await impulse.shutdown('lunch');
    expect(await closed).toEqual(report);
    expect(report.reason).toBe('lunch');

    const failing = await open();
    const bug = breakAccepting(failing.port);
    connect(failing.port, '127.0.0.1').on('error', () => {});
    await expectAsync(failing.impulse.closed()).toBeRejectedWithError('a bug of the board');
    bug.and.callThrough();
    opened.splice(opened.indexOf(failing.impulse), 1);
  });

  it('resolves closed for a board that was shut down before it listened', async () => {
    const impulse = createImpulse({ app: echo, port: 0 });
    const closed = impulse.closed();
    await impulse.shutdown();
    expect((await closed).reason).toBe('not running');
  });

  it('warns of a failure that nothing would hear of', async () => {
    const impulse = createImpulse({ app: echo, port: 0 });
    const { port } = await impulse.start();
    const warned = once(process, 'warning');
    const bug = breakAccepting(port);
    connect(port, '127.0.0.1').on('error', () => {});
    const [warning] = await warned;
    bug.and.callThrough();
    expect(`${warning}`).toBe(
      'BoardFailed: the board failed, and nothing listens to its events: a bug of the board',
    );
  });

  describe('GMCP', () => {
    it('carries messages both ways, answers pings, and gives an app what the client said before', async () => {
      const heard: unknown[] = [];
      const { port } = await open({
        app: (session) => {
          session.gmcp$.subscribe((message) => heard.push(message));
          return session.line$.pipe(map((line) => `${session.gmcp('Char.Vitals', { hp: line.length })}\n`));
        },
      });
      const caller = await call(port);
      caller.says(bytesOf('DO ECHO', 'DO GMCP', 'SB GMCP "Core.Hello {\\"client\\":\\"Mudlet\\"}"'));
      await caller.hears('Handle: ');
      caller.says(bytesOf('SB GMCP "Core.Ping"', '"ann\\r\\nabc\\r\\n"'));
      await caller.hears('true');
      const words = wordsOf(Buffer.from(caller.heard, 'latin1'));
      expect(words.filter((phrase) => /^SB GMCP/.test(phrase))).toEqual([
        'SB GMCP "Core.Ping"',
        'SB GMCP "Char.Vitals {"hp":3}"',
      ]);
      expect(heard).toEqual([{ name: 'Core.Hello', value: { client: 'Mudlet' } }]);

      const plain = await call(port);
      plain.says('bob\r\nabc\r\n');
      await plain.hears('false');
    });

    it('ends the session of an app that sends a message without a name, and no other', async () => {
      const { impulse, port } = await open({
        app: (session) => session.line$.pipe(map((line) => `${session.gmcp(line)}\n`)),
      });
      const [ann, bob] = [await call(port), await call(port)];
      ann.says(bytesOf('DO ECHO', 'DO GMCP', '"ann\\r\\n"'));
      const closing = happens(impulse, 'sessionClosing');
      ann.says(bytesOf('"no name\\r\\n"'));
      expect(await closing).toEqual(jasmine.objectContaining({ reason: 'app-error' } as never));
      bob.says('bob\r\nCore.Goodbye\r\n');
      await bob.hears('false');
    });
  });

  describe('suspend', () => {
    it('closes the port and keeps the sessions, until resume opens it again', async () => {
      const { impulse, port, events } = await open();
      const ann = await logIn(port, 'ann');
      impulse.suspend();
      impulse.suspend();
      await expectAsync(call(port)).toBeRejected();
      ann.says('still here\r\n');
      await ann.hears('still here');

      const addresses = await Promise.all([impulse.resume(), impulse.resume()]);
      expect(addresses.map((address) => address.port)).toEqual([port, port]);
      await logIn(port, 'bob');
      ann.says('and here\r\n');
      await ann.hears('and here');
      const told = events.filter(({ type }) => /Suspended|Resumed/.test(type));
      expect(told).toEqual([
        { type: 'serverSuspended', at: jasmine.any(Number) as never },
        {
          type: 'serverResumed',
          transport: 'telnet',
          host: '127.0.0.1',
          port,
          at: jasmine.any(Number) as never,
        },
      ]);
    });

    it('stays suspended if the port was taken meanwhile, and can be resumed later', async () => {
      const { impulse, port } = await open();
      const ann = await logIn(port, 'ann');
      impulse.suspend();
      const server = createServer();
      await expectAsync(call(port)).toBeRejected();
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      await expectAsync(impulse.resume()).toBeRejectedWith(
        jasmine.objectContaining({ name: 'ListenError', code: 'EADDRINUSE', port }),
      );
      server.close();
      await once(server, 'close');
      await impulse.resume();
      await logIn(port, 'bob');
      ann.says('still here\r\n');
      await ann.hears('still here');
    });

    it('can be shut down while suspended, and while it resumes', async () => {
      const suspended = await open();
      suspended.impulse.suspend();
      expect((await suspended.impulse.shutdown()).forced).toBe(0);
      expect(suspended.events.at(-1)?.type).toBe('serverClosed');

      const resuming = await open();
      resuming.impulse.suspend();
      const resumed = resuming.impulse.resume();
      await Promise.all([
        resuming.impulse.shutdown(),
        expectAsync(resumed).toBeRejectedWithError(LifecycleError, /shut down/),
      ]);
      await expectAsync(call(resuming.port)).toBeRejected();
    });

    it('needs a board that listens', async () => {
      const impulse = createImpulse({ app: echo, port: 0 });
      expect(() => impulse.suspend()).toThrowError(LifecycleError, 'the board does not listen yet');
      await expectAsync(impulse.resume()).toBeRejectedWithError(
        LifecycleError,
        'the board does not listen yet',
      );
      await impulse.shutdown();
      expect(() => impulse.suspend()).toThrowError(LifecycleError, /shut down before/);

      const { impulse: other, port } = await open();
      expect((await other.resume()).port).toBe(port);
      await other.shutdown();
      expect(() => other.suspend()).toThrowError(LifecycleError, /was shut down/);
    });
  });

  it('exposes sessions as read-only', async () => {
    const { impulse, port } = await open();
    await logIn(port, 'ann');
    const view = impulse.sessions.get(1) as object;
    expect(JSON.parse(JSON.stringify([...impulse.sessions.values()]))).toEqual([
      jasmine.objectContaining({ id: 1, user: { handle: 'ann', guest: true } }),
    ]);
    for (const inside of ['end', 'connection', 'write', 'host', 'screen']) expect(inside in view).toBe(false);
    for (const change of ['set', 'delete', 'clear']) expect(change in impulse.sessions).toBe(false);
    expect(impulse.sessions.get(1)).toBe(view as never);
  });

  it('starts once, and not after a shutdown', async () => {
    const { impulse } = await open();
    await expectAsync(impulse.start()).toBeRejectedWithError(LifecycleError, /started before/);

    const shut = createImpulse({ app: echo, port: 0 });
    await shut.shutdown();
    await expectAsync(shut.start()).toBeRejectedWithError(LifecycleError, /shut down before/);
  });

  it('can be shut down during its start', async () => {
    const impulse = createImpulse({ app: echo, port: 0 });
    const start = impulse.start();
    const report = impulse.shutdown();

    await expectAsync(start).toBeRejectedWithError(LifecycleError, /shut down before/);
    expect((await report).forced).toBe(0);
  });

  it('gives every shutdown the same report, and completes the events', async () => {
    const { impulse, port } = await open({ shutdownGraceMs: 50 });
    await logIn(port, 'ann');
    const done = firstValueFrom(impulse.event$.pipe(filter(() => false)), { defaultValue: 'completed' });

    const reports = await Promise.all([impulse.shutdown('first'), impulse.shutdown('second')]);

    expect(reports[0]).toEqual(reports[1] as never);
    expect(reports[0]).toEqual(jasmine.objectContaining({ reason: 'first', drained: 1, forced: 0 }));
    expect((await done) as unknown).toBe('completed');
    await expectAsync(call(port)).toBeRejected();
  });

  it('survives a subscriber that throws, and reports it once in its events, not globally', async () => {
    const before = config.onUnhandledError;
    const warnings: string[] = [];
    const warned = ({ message }: Error) => warnings.push(message);
    process.on('warning', warned);
    const { impulse, port, events } = await open();
    expect(config.onUnhandledError).toBe(before);
    impulse.event$.subscribe(() => {
      throw new Error('in a listener');
    });

    const caller = await logIn(port, 'ann');
    caller.says('still here\r\n');
    await caller.hears('still here');
    await impulse.shutdown('spec over', { force: true });
    await turns(1);
    process.off('warning', warned);

    expect(events.filter(({ type }) => type === 'callbackFailed')).toEqual([
      {
        type: 'callbackFailed',
        callback: 'listener',
        error: new Error('in a listener'),
        at: jasmine.any(Number) as never,
      },
    ]);
    expect(warnings).toEqual([jasmine.stringContaining('in a listener')]);
  });
});

/** Waits for several turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The resources that the process holds: open files, handles by kind, and listeners. */
function resources(): unknown {
  const kinds: Record<string, number> = {};
  const held = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate');
  for (const name of held) kinds[name] = (kinds[name] ?? 0) + 1;
  const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
  return { kinds, listeners };
}
