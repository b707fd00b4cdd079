import { spawn } from 'node:child_process';
import {
  distinctUntilChanged,
  filter,
  firstValueFrom,
  fromEvent,
  map,
  merge,
  ReplaySubject,
  scan,
  takeWhile,
  tap,
  timeout,
} from 'rxjs';
import telnetlib from 'telnetlib';
import { createImpulse, type Impulse } from '../../lib/create-impulse.js';
import type { App } from '../../streams/types/app.js';
import { PATIENCE_MS } from '../support/caller.js';
import { cleanEnv, ended } from '../support/cli.js';
import { atTerminal, inTmux, leaveAll, WINDOW, works } from '../support/pty.js';

/** Debian's packages, and a command that succeeds if they are installed. */
const DEBIAN = {
  bsdutils: 'script --version',
  busybox: 'busybox --list | grep -qx telnet',
  curl: 'curl --version | grep -qw telnet',
  expect: 'command -v expect',
  'netcat-openbsd': 'nc -h 2>&1 | grep -q OpenBSD',
  socat: 'command -v socat',
  telnet: 'command -v telnet',
  tmux: 'command -v tmux',
};
type Package = keyof typeof DEBIAN;

/** Returns the message of a pending spec, or undefined if everything is installed. */
function lacking(...packages: Package[]): string | undefined {
  const missing = packages.filter((name) => !works(DEBIAN[name]));
  return missing.length > 0 ? `not installed (Debian: ${missing.join(', ')})` : undefined;
}

/** A client that runs in a terminal. */
interface Client {
  readonly name: string;
  readonly from: Package;
  readonly command: (port: number) => string;
  /** When the client reports its window size. */
  readonly tells: 'never' | 'at connect' | 'each change';
  /** What the client prints when the board hangs up. A client that prints nothing may run until its input ends. */
  readonly farewell?: string;
}

const WINDOW_TOLD = `${WINDOW.columns}x${WINDOW.rows}`;

const CLIENTS: Client[] = [
  {
    name: 'telnet',
    from: 'telnet',
    command: (port) => `telnet 127.0.0.1 ${port}`,
    tells: 'each change',
    farewell: 'Connection closed by foreign host',
  },
  {
    name: 'busybox telnet',
    from: 'busybox',
    command: (port) => `busybox telnet 127.0.0.1 ${port}`,
    tells: 'at connect',
    farewell: 'Connection closed by foreign host',
  },
  {
    name: 'curl',
    from: 'curl',
    command: (port) => `curl --no-progress-meter -NT . -t WS=${WINDOW_TOLD} telnet://127.0.0.1:${port}`,
    tells: 'at connect',
  },
  {
    name: 'nc',
    from: 'netcat-openbsd',
    command: (port) => `nc 127.0.0.1 ${port}`,
    tells: 'never',
  },
  {
    name: 'socat',
    from: 'socat',
    command: (port) => `socat - TCP:127.0.0.1:${port}`,
    tells: 'never',
  },
  {
    name: 'socat with a raw terminal',
    from: 'socat',
    command: (port) => `socat -,raw,echo=0 TCP:127.0.0.1:${port}`,
    tells: 'never',
  },
];

const QUIT = '/quit';
const GOODBYE = 'Goodbye!\n';
const boards: Impulse[] = [];

/** A board that prints the window size of the caller, and each line. */
async function open(): Promise<{ port: number; lines: string[]; ending: Promise<unknown> }> {
  const lines: string[] = [];
  const mirror: App = (session) =>
    merge(
      session.terminal$.pipe(
        map(({ columns, rows }) => `window ${columns}x${rows}\n`),
        distinctUntilChanged(),
      ),
      session.line$.pipe(
        tap((line) => lines.push(line)),
        map((line) => (line === QUIT ? GOODBYE : `heard ${line}\n`)),
      ),
    ).pipe(takeWhile((text) => text !== GOODBYE, true));
  const impulse = createImpulse({
    port: 0,
    app: mirror,
    connectionRate: null,
    connectionRatePerAddress: null,
  });
  boards.push(impulse);
  const ending = firstValueFrom(
    impulse.event$.pipe(
      filter((event) => event.type === 'sessionClosed'),
      map(({ reason }) => reason),
    ),
    { defaultValue: 'none, since nobody called' },
  );
  const { port } = await impulse.start();
  return { port, lines, ending };
}

describe('a real client', () => {
  afterEach(async () => {
    await leaveAll();
    await Promise.all(boards.splice(0).map((impulse) => impulse.shutdown('spec over', { force: true })));
  });

  for (const { name, from, command, tells, farewell } of CLIENTS) {
    const resizes = tells === 'each change';

    it(`${name} logs in, corrects a line,${resizes ? ' resizes' : ''} and quits`, async () => {
      const without = lacking('bsdutils', from);
      if (without) return pending(without);
      const board = await open();
      const person = await atTerminal(command(board.port));

      await person.sees('Handle: ');
      person.types('anx\x7fn\r');
      await person.sees(`window ${tells === 'never' ? '80x24' : WINDOW_TOLD}`);
      person.types('é漢👋\x7f\x7f字👋\r');
      await person.sees('heard é字👋');
      if (resizes) {
        person.resizes(100, 40);
        await person.sees('window 100x40');
      }
      person.types(`${QUIT}\r`);
      await person.sees(farewell ?? GOODBYE.trim());
      if (!farewell) person.types(CTRL_D);
      await person.left;

      expect(board.lines).toEqual(['é字👋', QUIT]);
      expect(await board.ending).toBe('app-done');
    });
  }

  it('telnet in tmux shows a corrected line, wide letters too, and resizes', async () => {
    const without = lacking('telnet', 'tmux');
    if (without) return pending(without);
    const board = await open();
    const person = inTmux(`telnet 127.0.0.1 ${board.port}`);

    await person.sees('Handle:');
    person.types('anx\x7fn\r');
    await person.sees(`window ${WINDOW_TOLD}`);
    person.types('né漢👋\x7f\x7f\x7f\x7fé漢👋\x7f\x7f字👋');
    await person.sees('é字👋');
    person.types('\r');
    await person.sees('heard');
    person.resizes(100, 40);
    const screen = await person.sees('window 100x40');
    person.types(`${QUIT}\r`);
    await person.left;

    const lines = screen.slice(screen.indexOf('Handle')).trimEnd().split('\n');
    // The default window, until the client reports its own.
    const untold = lines.indexOf('window 80x24');
    if (untold === 1) lines.splice(untold, 1);
    expect(lines).toEqual(['Handle: ann', `window ${WINDOW_TOLD}`, 'é字👋', 'heard é字👋', 'window 100x40']);
    expect(await board.ending).toBe('app-done');
  });

  it('socat with a raw terminal in tmux shows each key from the second on', async () => {
    const without = lacking('socat', 'tmux');
    if (without) return pending(without);
    const board = await open();
    const person = inTmux(`socat -,raw,echo=0 TCP:127.0.0.1:${board.port}`);

    await person.sees('Handle:');
    // Ctrl-L, twice, and each awaited: two keys that are packets of their own.
    person.types('\x0c');
    await person.sees('Handle:\nHandle:');
    person.types('\x0c');
    await person.sees('Handle:\nHandle:\nHandle:');
    person.types('anx\x7fn');
    await person.sees('Handle: ann');
    person.types('\r');
    await person.sees('window 80x24');
    person.types('né漢\x7f字');
    await person.sees('\nné字');
    person.types(`\x15${QUIT}\r`);
    await person.left;

    expect(await board.ending).toBe('app-done');
  });

  it('telnet, driven by expect, corrects a line, resizes and quits by its escape character', async () => {
    const without = lacking('telnet', 'expect');
    if (without) return pending(without);
    const board = await open();
    const driver = spawn('expect', ['-'], { env: cleanEnv({ LC_ALL: 'C.UTF-8' }), timeout: PATIENCE_MS });
    const end = ended(driver);
    // Without an emoji: Tcl 8 has no letters beyond U+FFFF.
    driver.stdin.end(`
      set timeout ${PATIENCE_MS / 1000}
      proc await {text} { expect -ex $text {} timeout { exit 1 } eof { exit 2 } }
      set stty_init "columns ${WINDOW.columns} rows ${WINDOW.rows}"
      spawn telnet 127.0.0.1 ${board.port}
      await "Handle: "
      send "anx\\177n\\r"
      await "window ${WINDOW_TOLD}"
      send "é漢\\177字\\r"
      await "heard é字"
      stty columns 100 rows 40 < $spawn_out(slave,name)
      await "window 100x40"
      send "\\x1d"
      await "telnet> "
      send "quit\\r"
      expect eof
    `);

    expect(await end).toEqual(jasmine.objectContaining({ code: 0 }));
    expect(board.lines).toEqual(['é字']);
    expect(await board.ending).toBe('hangup');
  });

  it("telnetlib's client logs in, corrects a line, resizes and quits", async () => {
    const { ECHO, SGA, NAWS } = telnetlib.options;
    const board = await open();
    const client = telnetlib.createConnection({
      host: '127.0.0.1',
      port: board.port,
      localOptions: [NAWS, SGA],
      remoteOptions: [ECHO, SGA],
    });
    const screen$ = new ReplaySubject<string>(1);
    fromEvent(client, 'data')
      .pipe(scan((seen, data) => `${seen}${data}`, ''))
      .subscribe(screen$);
    const sees = (text: string) =>
      firstValueFrom(
        screen$.pipe(
          filter((seen) => seen.includes(text)),
          timeout(PATIENCE_MS),
        ),
      );

    await sees('Handle: ');
    client.write('anx\x7fn\r\n');
    await sees('window 80x24');
    client.write('é漢👋\x7f\x7f字👋\r\n');
    await sees('heard é字👋');
    client.getOption(NAWS).sendResize?.(100, 40);
    await sees('window 100x40');
    client.write(`${QUIT}\r\n`);
    await sees(GOODBYE.trim());
    client.end();

    expect(board.lines).toEqual(['é字👋', QUIT]);
    expect(await board.ending).toBe('app-done');
    expect(client.getOption(ECHO).him).toBe('YES');
  });
});

const CTRL_D = '\x04';
