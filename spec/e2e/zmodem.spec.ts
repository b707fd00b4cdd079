import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { concat, interval, Observable, of, tap } from 'rxjs';
import { createImpulse, type Impulse } from '../../lib/create-impulse.js';
import { COMMAND, escapeIac, negotiationBytes } from '../../streams/protocol/telnet-codec.js';
import { alsoSubscribe } from '../../streams/rx/also-subscribe.js';
import type { App } from '../../streams/types/app.js';
import type { Session } from '../../streams/types/session.js';
import { works } from '../support/pty.js';
import { feeding } from '../support/telnet-words.js';

const { WILL, WONT, DO, DONT } = COMMAND;
const BINARY = 0;

/** A mebibyte of all values in many orders, above all those that mean something to telnet or to ZMODEM. */
const FILE = Buffer.concat([
  Buffer.from(Array.from({ length: 0x80000 }, (_, at) => (at * (1 + (at >> 8))) & 0xff)),
  Buffer.alloc(0x80000, Buffer.of(255, 13, 0, 255, 255, 13, 10, 24, 17, 19, 0, 0x8d, 1)),
]);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const hashIn = (folder: string) => hashOf(readFileSync(join(folder, 'file')));

/** Runs a program on the caller's bytes, and completes with it. */
const run = (session: Session, cwd: string, command: string, ...args: string[]) =>
  new Observable<Uint8Array>((caller) => {
    const program = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    program.on('error', (error) => caller.error(error));
    program.on('close', () => caller.complete());
    program.stdout.on('data', (bytes) => caller.next(bytes));
    program.stdin.on('error', () => {});
    caller.add(session.byte$.subscribe((bytes) => program.stdin.write(Buffer.from(bytes))));
    return () => program.kill();
  });

/** A board that sends `file` at the line `get`, and takes it at `put`, while there is news all the time. */
const app =
  (folder: string): App =>
  (session) => {
    const transfer = (line: string) =>
      line === 'get'
        ? run(session, folder, 'sz', '--quiet', '--windowsize', '32768', 'file')
        : run(session, folder, 'rz', '--quiet', '--overwrite');
    const news$ = interval(1).pipe(tap(() => session.notify('news')));
    return session
      .eachLine((line) => concat(transfer(line), of(`${line} is done.\n`)))
      .pipe(alsoSubscribe(news$));
  };

/** The stream of a plain telnet client: agrees to BINARY both ways, or declines it. */
function telnetClient(port: number, isBinary: boolean): Duplex {
  const socket = net.connect(port, '127.0.0.1');
  const client = new Duplex({
    read: () => void socket.resume(),
    write(bytes: Buffer, _, done) {
      const text = bytes.toString('latin1');
      // Without BINARY a CR is CR NUL (RFC 854).
      const sent = isBinary ? text : text.replaceAll('\r', '\r\0');
      socket.write(escapeIac(Buffer.from(sent, 'latin1')), () => done());
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  const answers = (yes: typeof DO | typeof WILL, no: typeof DONT | typeof WONT, option: number) =>
    void socket.write(negotiationBytes(isBinary && option === BINARY ? yes : no, option));
  const read = feeding({
    data: (bytes) => client.push(Buffer.from(bytes)) || socket.pause(),
    command() {},
    negotiate(verb, option) {
      if (verb === WILL) answers(DO, DONT, option);
      if (verb === DO) answers(WILL, WONT, option);
    },
    subnegotiation() {},
    dropped() {},
  });
  socket.on('data', read);
  socket.on('error', () => {});
  socket.on('close', () => client.push(null));
  return client;
}

/** The stream of the telnet that Debian has, in its 8-bit mode. */
function debiansTelnet(port: number): Duplex {
  const telnet = spawn('telnet', ['-8', '-E', '127.0.0.1', `${port}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  telnet.stdin.on('error', () => {});
  const client = Duplex.from({ readable: telnet.stdout, writable: telnet.stdin });
  client.on('close', () => telnet.kill());
  return client;
}

describe('ZMODEM by lrzsz', () => {
  let folder = '';
  let impulse: Impulse;
  let port = 0;
  const clients: Duplex[] = [];

  beforeEach(async () => {
    if (!works('command -v sz && command -v rz')) pending('not installed (Debian: lrzsz)');
    folder = mkdtempSync(join(tmpdir(), 'impulse-zmodem-'));
    for (const side of ['board', 'caller']) mkdirSync(join(folder, side));
    impulse = createImpulse({
      port: 0,
      penalties: false,
      authenticate: () => of({ handle: 'ann' }),
      app: app(join(folder, 'board')),
    });
    ({ port } = await impulse.start());
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await impulse?.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Says a line, and runs a program on the caller's side. Resolves with its exit code, when the board says that all is done. */
  async function transfer(
    client: Duplex,
    line: string,
    command: string,
    ...args: string[]
  ): Promise<unknown> {
    clients.push(client);
    client.on('error', () => {});
    const program = spawn(command, args, {
      cwd: join(folder, 'caller'),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    program.stdin.on('error', () => {});
    program.stdout.pipe(client, { end: false });
    let heard = '';
    const done = new Promise<void>((resolve) => {
      client.on('data', (bytes: Buffer) => {
        program.stdin.write(bytes);
        heard += bytes.toString('latin1');
        if (heard.includes(`${line} is done.`)) resolve();
        heard = heard.slice(-50);
      });
    });
    client.write(`${line}\r`);
    const [[code]] = await Promise.all([once(program, 'close'), done]);
    return code;
  }

  const sends = async (client: Duplex) => {
    writeFileSync(join(folder, 'board', 'file'), FILE);
    expect(await transfer(client, 'get', 'rz', '--quiet')).toBe(0);
    expect(hashIn(join(folder, 'caller'))).toBe(hashOf(FILE));
  };
  const takes = async (client: Duplex) => {
    writeFileSync(join(folder, 'caller', 'file'), FILE);
    expect(await transfer(client, 'put', 'sz', '--quiet', 'file')).toBe(0);
    expect(hashIn(join(folder, 'board'))).toBe(hashOf(FILE));
  };

  it('sends a file to a client with BINARY', () => sends(telnetClient(port, true)));
  it('takes a file from a client with BINARY', () => takes(telnetClient(port, true)));
  it('sends a file to a client without BINARY', () => sends(telnetClient(port, false)));
  it('takes a file from a client without BINARY', () => takes(telnetClient(port, false)));

  // Not the other way: it keeps some control characters for itself, and what it reads from a pipe is typed.
  it("sends a file to Debian's telnet", async () => {
    if (!works('command -v telnet')) pending('not installed (Debian: telnet)');
    await sends(debiansTelnet(port));
  });
});
