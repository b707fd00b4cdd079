import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { filter, firstValueFrom, fromEvent, ReplaySubject, scan, timeout } from 'rxjs';
import telnetlib from 'telnetlib';
import { PATIENCE_MS } from '../support/caller.js';
import { type BoardProcess, ended, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

/** A program that calls in, and the Debian package it is from. */
const CLIENTS = [
  {
    name: 'telnet',
    debian: 'telnet',
    args: (port: number) => ['127.0.0.1', `${port}`],
    left: 'Connection closed by foreign host.',
  },
  {
    name: 'nc',
    debian: 'netcat-openbsd',
    args: (port: number) => ['-v', '127.0.0.1', `${port}`],
    left: 'succeeded!',
  },
];

/** Watches what comes out of a client. */
function watch(output: NodeJS.EventEmitter): { sees(text: string): Promise<string> } {
  const screen = new ReplaySubject<string>(1);
  fromEvent(output, 'data')
    .pipe(scan((seen, data) => `${seen}${data}`, ''))
    .subscribe(screen);
  return {
    sees: (text) =>
      firstValueFrom(
        screen.pipe(
          filter((seen) => seen.includes(text)),
          timeout(PATIENCE_MS),
        ),
      ),
  };
}

/** Types each line when its prompt is on the screen. */
async function converse(child: ChildProcess, script: [prompt: string, line: string][]): Promise<void> {
  const screen = watch(child.stdout as NodeJS.EventEmitter);
  for (const [prompt, line] of script) {
    await screen.sees(prompt);
    child.stdin?.write(`${line}\n`);
  }
}

describe('a real client', () => {
  let board: BoardProcess;
  beforeEach(async () => {
    board = await startBoard(OPEN_DOOR);
  });
  afterEach(stopAll);

  for (const { name, debian, args, left } of CLIENTS) {
    it(`${name} logs in, looks around and leaves`, async () => {
      if (spawnSync(name, ['-h']).error) return pending(`${name} isn't installed (Debian: ${debian})`);
      const child = spawn(name, args(board.port));
      const end = ended(child);

      await converse(child, [
        ['Handle: ', 'ann'],
        ['Welcome, ann!', '/who'],
        ['   1  ann', '/time'],
        ['It is ', '/quit'],
      ]);

      // nc stays until its own input ends, whoever hangs up.
      if (name === 'nc') await board.logs('sessionClosed').then(() => child.stdin.end());
      const { stdout, stderr } = await end;
      expect(stdout).toContain('Goodbye, and call again!');
      expect(stdout + stderr).toContain(left);
      expect((await board.logs('sessionClosed')).reason).toBe('app-done');
    });
  }

  it("telnetlib's own logs in, and tells its window", async () => {
    const { ECHO, SGA, NAWS } = telnetlib.options;
    const client = telnetlib.createConnection({
      host: '127.0.0.1',
      port: board.port,
      localOptions: [NAWS, SGA],
      remoteOptions: [ECHO, SGA],
    });
    const { sees } = watch(client);

    await sees('Handle: ');
    client.write('ann\r\n');
    await sees('Welcome, ann!');
    client.write('/quit\r\n');
    await sees('Goodbye, and call again!');
    client.end();

    expect((await board.logs('sessionClosed')).reason).toBe('app-done');
    expect(client.getOption(ECHO).him).toBe('YES');
    expect(client.getOption(NAWS).us).toBe('YES');
  });
});
