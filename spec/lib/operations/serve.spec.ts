import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { filter, firstValueFrom, ReplaySubject, config as rxjs, Subject } from 'rxjs';
import { readConfig } from '../../../lib/config/config.js';
import { createLog } from '../../../lib/operations/log.js';
import { type ServeOptions, serve } from '../../../lib/operations/serve.js';
import { breakAccepting } from '../../support/break-accepting.js';
import { call, logIn } from '../../support/caller.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

/** Runs `impulse serve` on a free port, and collects its log. */
function start(
  signal$: Subject<NodeJS.Signals>,
  flags: Record<string, string> = {},
  options: ServeOptions = {},
) {
  const { config } = readConfig({ flags: { port: '0', control: 'off', ...flags }, env: {}, cwd: '/' });
  const line = new ReplaySubject<string>();
  const lines: string[] = [];
  const write = (text: string) => {
    lines.push(text);
    line.next(text);
  };
  const exit = jasmine.createSpy('exit');
  const code = serve(config, signal$, createLog({ level: 'info', format: 'text', write }), {
    exit,
    ...options,
  });
  const logs = (text: string) => firstValueFrom(line.pipe(filter((written) => written.includes(text))));
  return { code, lines, logs, exit };
}

describe('serve', () => {
  const before = rxjs.onUnhandledError;
  afterEach(() => {
    rxjs.onUnhandledError = before;
  });

  it('opens the board, logs how to call it, and returns 0 after a signal', async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    const { code, logs } = start(signal$);
    expect(await logs('connect with')).toMatch(
      /: telnet 127\.0\.0\.1 (\d+), or: impulse call 127\.0\.0\.1:\1 \(from this machine only; --host 0\.0\.0\.0 opens/,
    );

    signal$.next('SIGTERM');

    expect(await code).toBe(0);
  });

  it('warns once that bots can log in if any client can call as a guest', async () => {
    const said = async (flags: Record<string, string>) => {
      const signal$ = new Subject<NodeJS.Signals>();
      const { code, logs, lines } = start(signal$, flags);
      await logs('connect with');
      signal$.next('SIGTERM');
      await code;
      return lines.filter((line) => line.includes('--gate esc')).length;
    };
    expect(await said({ host: '0.0.0.0' })).toBe(1);
    expect(await said({ host: '::' })).toBe(1);
    expect(await said({ host: '0.0.0.0', gate: 'esc' })).toBe(0);
    expect(await said({})).toBe(0);
  });

  it("returns 1 when the board fails, logs why, and restores RxJS's configuration", async () => {
    const { code, logs } = start(new Subject());
    const [, port] = /telnet 127\.0\.0\.1 (\d+)/.exec(await logs('connect with')) ?? [];
    const bug = breakAccepting(Number(port));

    const failed = logs('the board failed');
    connect(Number(port), '127.0.0.1').on('error', () => {});

    expect(await failed).toContain('error the board failed: "a bug of the board"');
    expect(await code).toBe(1);
    expect(bug).toHaveBeenCalled();
    expect(rxjs.onUnhandledError).toBe(before);
  });

  it('sets a watchdog for two seconds after the grace of a shutdown', async () => {
    jasmine.clock().install();
    try {
      const signal$ = new ReplaySubject<NodeJS.Signals>();
      signal$.next('SIGTERM');
      const { exit, lines } = start(signal$, { 'shutdown-grace': '3s' });
      jasmine.clock().tick(4999);
      expect(exit).not.toHaveBeenCalled();

      jasmine.clock().tick(1);

      expect(exit).toHaveBeenCalledOnceWith(1);
      expect(lines.at(-1)).toMatch(/still running after 5000 ms, kept alive by /);
      const patient = start(signal$, { 'shutdown-grace': 'off' });
      jasmine.clock().tick(3_600_000);
      expect(patient.exit).not.toHaveBeenCalled();
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('logs any value thrown by a listener, in one line', async () => {
    const signal$ = new ReplaySubject<NodeJS.Signals>();
    signal$.next('SIGTERM');
    const { code, lines } = start(signal$);

    rxjs.onUnhandledError?.(new Error('one\ntwo'));
    rxjs.onUnhandledError?.(Object.create(null));

    expect(lines).toEqual([
      jasmine.stringMatching(/error a listener failed: "one\\u\{a\}two"\n$/),
      jasmine.stringMatching(/error a listener failed: "an error without words"\n$/),
    ]);
    await code;
  });

  it("doesn't explain how to open a board that is already open to the world", async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    const { code, logs } = start(signal$, { host: '0.0.0.0' });

    expect(await logs('connect with')).toMatch(/: telnet localhost (\d+), or: impulse call localhost:\1\n$/);

    signal$.next('SIGTERM');
    await code;
  });

  it('prints an IPv6 address in the form each of the two programs expects', async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    const { code, logs } = start(signal$, { host: '::1' });

    expect(await logs('connect with')).toMatch(
      /: telnet ::1 (\d+), or: impulse call \[::1\]:\1 \(from this machine only; /,
    );

    signal$.next('SIGTERM');
    await code;
  });

  it('gives the board its name', async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    const { code, logs } = start(signal$, { name: 'The Night Shift' });
    const port = Number((await logs('connect with')).match(/127\.0\.0\.1 (\d+)/)?.[1]);
    const caller = await call(port);
    const [IAC, DO, MSSP] = [255, 253, 70];

    caller.says(Uint8Array.of(IAC, DO, MSSP));

    expect(await caller.hears('The Night Shift')).toContain('\x01NAME\x02The Night Shift\x01');
    caller.hangUp();
    signal$.next('SIGTERM');
    await code;
  });

  it('never opens the board if a signal came first', async () => {
    const signal$ = new ReplaySubject<NodeJS.Signals>();
    signal$.next('SIGTERM');
    const { code, lines } = start(signal$);

    expect(await code).toBe(0);
    expect(lines).toEqual([]);
  });

  it('returns 130 when a SIGINT cuts the grace short, and logs other signals', async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    const { code, lines, logs } = start(signal$, { 'shutdown-grace': '1h' });
    const port = Number((await logs('connect with')).match(/127\.0\.0\.1 (\d+)/)?.[1]);
    const caller = await logIn(port, 'ann');

    signal$.next('SIGINT');
    await caller.hears('The board goes down in 1 hour.');
    signal$.next('SIGTERM');
    await logs('SIGTERM again: already going down');
    signal$.next('SIGINT');

    expect(await code).toBe(130);
    expect(lines.some((line) => line.includes('press Ctrl-C again to end all sessions now'))).toBe(true);
    await caller.gone;
  });

  it("returns 1 when the port is in use or the address isn't local, and says which", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const taken = start(new Subject(), { port: `${port}` });
    expect(await taken.code).toBe(1);
    expect(taken.lines.at(-1)).toContain(
      `127.0.0.1 port ${port} is in use by another program; choose another --port`,
    );
    server.close();

    const elsewhere = start(new Subject(), { host: '192.0.2.1' });
    expect(await elsewhere.code).toBe(1);
    expect(elsewhere.lines.at(-1)).toContain('this machine has no such address; choose another --host');
  });

  it('reports that a board of yours uses the port, its process, and how to close it', async () => {
    const folder = temporaryFolder();
    const control = join(folder.path, 'board.sock');
    const signal$ = new Subject<NodeJS.Signals>();
    const board = start(signal$, { control });
    const port = Number((await board.logs('connect with')).match(/127\.0\.0\.1 (\d+)/)?.[1]);

    const second = start(new Subject(), { port: `${port}`, control });

    expect(await second.code).toBe(1);
    expect(second.lines.at(-1)).toContain(
      `127.0.0.1 port ${port} is in use by your own board, process ${process.pid}: ` +
        `close it with impulse drain --control ${control} or kill ${process.pid}, or choose another --port`,
    );
    signal$.next('SIGTERM');
    expect(await board.code).toBe(0);
    folder.remove();
  });

  it('ignores a board on another port when its own is in use', async () => {
    const folder = temporaryFolder();
    const control = join(folder.path, 'board.sock');
    const signal$ = new Subject<NodeJS.Signals>();
    const board = start(signal$, { control });
    await board.logs('connect with');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const second = start(new Subject(), { port: `${port}`, control });

    expect(await second.code).toBe(1);
    expect(second.lines.at(-1)).toContain('is in use by another program');
    server.close();
    signal$.next('SIGTERM');
    await board.code;
    folder.remove();
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGPWR', 'SIGXCPU'] as const) {
    it(`shuts down with a grace at a ${signal}`, async () => {
      const signal$ = new Subject<NodeJS.Signals>();
      const { code, logs } = start(signal$, { 'shutdown-grace': '1h' });
      const port = Number((await logs('connect with')).match(/127\.0\.0\.1 (\d+)/)?.[1]);
      const caller = await logIn(port, 'ann');
      signal$.next(signal);
      await caller.hears('The board goes down in 1 hour.');
      caller.says('/quit\r\n');
      expect(await code).toBe(0);
    });
  }

  it('logs ignored signals, one a second, and stays open', async () => {
    jasmine.clock().install();
    try {
      const signal$ = new Subject<NodeJS.Signals>();
      const { code, lines } = start(signal$);
      for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const) signal$.next(signal);
      jasmine.clock().tick(1000);
      signal$.next('SIGIO');
      const ignored = lines.filter((line) => line.includes(': ignored'));
      expect(ignored).toEqual([
        jasmine.stringContaining('SIGUSR1: ignored'),
        jasmine.stringContaining('SIGIO: ignored'),
      ]);
      signal$.next('SIGTERM');
      expect(await code).toBe(0);
    } finally {
      jasmine.clock().uninstall();
    }
  });

  it('rereads the configuration at a SIGHUP, or shuts down if its terminal is closed', async () => {
    const signal$ = new Subject<NodeJS.Signals>();
    let isGone = false;
    const { code, logs, lines } = start(signal$, {}, { terminalIsGone: () => isGone });
    await logs('connect with');
    signal$.next('SIGHUP');
    await logs('configuration reread');

    isGone = true;
    signal$.next('SIGHUP');

    expect(await code).toBe(0);
    expect(lines.at(-1)).toContain('closed (SIGHUP)');
    expect(lines.filter((line) => line.includes('configuration reread')).length).toBe(1);
  });
});
