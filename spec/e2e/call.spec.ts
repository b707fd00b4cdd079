import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { filter, firstValueFrom, fromEvent, map, startWith, timeout } from 'rxjs';
import { PATIENCE_MS } from '../support/caller.js';
import { cleanEnv, ended, IMPULSE, impulse, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

/** A terminal in which a command runs. */
interface AtTerminal {
  readonly child: ChildProcess;
  types(text: string): void;
  sees(pattern: RegExp | string): Promise<string>;
}

const people: ChildProcess[] = [];

/** Runs a command line at a terminal of its own (util-linux's `script`), 24 lines of 80 columns. */
function atTerminal(commandLine: string): AtTerminal {
  const child = spawn('script', ['-qfec', `stty rows 24 columns 80; ${commandLine}`, '/dev/null'], {
    env: cleanEnv({ TERM: 'xterm', SHELL: '/bin/sh' }),
    detached: true,
  });
  people.push(child);
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    screen += text;
  });
  return {
    child,
    types: (text) => void child.stdin.write(text),
    sees: (pattern) =>
      firstValueFrom(
        fromEvent(child.stdout, 'data').pipe(
          startWith(null),
          map(() => screen),
          filter((seen) => (typeof pattern === 'string' ? seen.includes(pattern) : pattern.test(seen))),
          timeout({
            each: PATIENCE_MS,
            with: () => {
              throw new Error(`not seen: ${pattern} in ${JSON.stringify(screen)}`);
            },
          }),
        ),
      ),
  };
}

/** Runs `impulse call`, and prints its exit code and the terminal's modes afterwards. */
const callFrom = (port: number) =>
  atTerminal(`${process.execPath} ${IMPULSE} call 127.0.0.1:${port}; echo exit $?; stty -a; echo end`);

const AS_IT_WAS = /exit (\d+)\r\n[\s\S]*\nisig icanon iexten echo [\s\S]*\nend/;

/** Starts a host that sends these bytes to each caller, and collects the answers. */
async function host(
  says: Uint8Array | string,
): Promise<{ port: number; heard: () => string; hangUp(): void }> {
  let heard = '';
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.write(typeof says === 'string' ? Buffer.from(says, 'latin1') : says);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    heard: () => heard,
    hangUp: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}
const servers: net.Server[] = [];
const sockets: net.Socket[] = [];

describe('impulse call', () => {
  afterEach(async () => {
    stopAll();
    for (const child of people.splice(0)) {
      if (child.pid && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
    }
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  it('calls a board, echoes keys and corrections as typed, and hangs up at Ctrl-]', async () => {
    const board = await startBoard(OPEN_DOOR);
    const person = callFrom(board.port);

    await person.sees('Handle: ');
    person.types('anx\x7fné\r');
    await person.sees('Welcome, anné!');
    expect((await board.logs('sessionAuthenticated')).handle).toBe('anné');
    person.types('half a li');
    await person.sees('> half a li');
    person.types('\x1d');

    const screen = await person.sees(AS_IT_WAS);
    expect(screen).toContain('You hung up.');
    expect(AS_IT_WAS.exec(screen)?.[1]).toBe('0');
    expect((await board.logs('sessionClosed')).reason).toBe('hangup');
  });

  it('passes Ctrl-C to the board, which discards the line', async () => {
    const board = await startBoard(OPEN_DOOR);
    const person = callFrom(board.port);
    await person.sees('Handle: ');

    person.types('nobody\x03ann\r');

    await person.sees('Welcome, ann!');
    person.types('/quit\r');
    const screen = await person.sees(AS_IT_WAS);
    expect(screen).toContain('Goodbye, and call again!');
    expect(screen).toContain('127.0.0.1 hung up.');
  });

  it('restores the terminal when the connection drops, in any mode', async () => {
    const rough = await host('\xff\xfb\x01\x1b[?1049h\x1b[?25l\x1b[31mred');
    const person = callFrom(rough.port);
    await person.sees('red');

    rough.hangUp();

    const screen = await person.sees(AS_IT_WAS);
    expect(screen).toContain('127.0.0.1 hung up.');
    expect(screen.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(screen.lastIndexOf('\x1b[?1049h'));
    expect(screen.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.lastIndexOf('\x1b[?25l'));
    expect(screen.lastIndexOf('\x1b[0m')).toBeGreaterThan(screen.lastIndexOf('\x1b[31m'));
  });

  it('restores the terminal when a signal ends it', async () => {
    const board = await startBoard(OPEN_DOOR);
    const person = atTerminal(
      `sh -c 'echo pid $$; exec ${process.execPath} ${IMPULSE} call 127.0.0.1:${board.port}'; echo exit $?; stty -a; echo end`,
    );
    const [, pid] = /pid (\d+)/.exec(await person.sees('Handle: ')) ?? [];

    process.kill(Number(pid), 'SIGTERM');

    expect(AS_IT_WAS.exec(await person.sees(AS_IT_WAS))?.[1]).toBe('143');
  });

  it('filters clipboard, title, query and 8-bit control sequences of a hostile host', async () => {
    const evil = await host(
      '\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x1b\\\x1bP$q"p\x1b\\\x1b[21t\x1b[c\x05\xc2\x9b21t\x1b_apc\x1b\\safe\x1b[1mbold',
    );
    const person = callFrom(evil.port);

    const screen = await person.sees('bold');

    expect(screen.slice(screen.indexOf('hangs up.'))).toMatch(/^hangs up\.\r\n21tsafe\x1b\[1mbold/);
  });

  it('hangs up on a host that never stops negotiating, after few answers', async () => {
    const flood = Buffer.alloc(3 * 65_536, Uint8Array.of(255, 253, 99));
    const rough = await host(flood);

    const { code, stderr } = await impulse(['call', `127.0.0.1:${rough.port}`]);

    expect(stderr).toContain('127.0.0.1 sends only telnet negotiation.');
    expect(code).toBe(1);
    expect(rough.heard().length).toBeLessThan(1000);
  });

  it('sends piped input as lines, and prints all output until the board hangs up', async () => {
    const board = await startBoard(OPEN_DOOR);
    const child = spawn(process.execPath, [IMPULSE, 'call', `127.0.0.1:${board.port}`], { env: cleanEnv() });

    child.stdin.end('ann\n/who\n/quit\n');

    const { code, stdout } = await ended(child);
    expect(code).toBe(0);
    expect(stdout).toContain('   1  ann');
    expect(stdout).toContain('Goodbye, and call again!');
  });

  it("says why it can't connect, with exit code 1", async () => {
    const { code, stderr } = await impulse(['call', '127.0.0.1:1']);
    expect(stderr).toBe("impulse: can't call 127.0.0.1 port 1: no program listens there\n");
    expect(code).toBe(1);
  });

  it('lists the accepted arguments after wrong ones, with exit code 2', async () => {
    const { code, stderr } = await impulse(['call', 'host:99999']);
    expect(stderr).toContain("'host:99999' is not an address: use HOST, HOST:PORT, HOST PORT, [IPV6]:PORT");
    expect(code).toBe(2);
  });
});
