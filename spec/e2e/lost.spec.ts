import { spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { filter, firstValueFrom, fromEvent, scan, timeout } from 'rxjs';
import { type Caller, call, logIn, PATIENCE_MS } from '../support/caller.js';
import { type BoardProcess, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

const [IAC, WONT, DO, TIMING_MARK] = [255, 252, 253, 6];
const QUESTION = String.fromCharCode(IAC, DO, TIMING_MARK);
const ANSWER = Uint8Array.of(IAC, WONT, TIMING_MARK);

/** Connects a client that speaks telnet, and logs in. */
async function telnetCaller(board: BoardProcess, handle: string): Promise<Caller> {
  const caller = await call(board.port);
  await caller.hears('Handle: ');
  // The first shows that it speaks telnet. The others answer the two questions that follow.
  caller.says(Buffer.concat([ANSWER, ANSWER, ANSWER]));
  caller.says(`${handle}\r\n`);
  await caller.hears(`Welcome, ${handle}!`);
  return caller;
}

/** Resolves when the output contains these words. */
const hears = (output: Readable, words: string) =>
  firstValueFrom(
    fromEvent(output, 'data').pipe(
      scan((seen, data) => `${seen}${data}`, ''),
      filter((seen) => seen.includes(words)),
      timeout(PATIENCE_MS),
    ),
  );

const closed = (board: BoardProcess, handle: string) =>
  board
    .logs('sessionAuthenticated', (line) => line.handle === handle)
    .then(({ session }) => board.logs('sessionClosed', (line) => line.session === session));

describe('impulse serve with a dead-peer timeout', () => {
  let board: BoardProcess;
  beforeEach(async () => {
    board = await startBoard(['--dead-peer-timeout', '1s', ...OPEN_DOOR]);
  });
  afterEach(stopAll);

  it("closes a silent telnet client as lost, and keeps clients that answer or don't speak telnet", async () => {
    const plain = await logIn(board.port, 'plain');
    const answering = await telnetCaller(board, 'answering');
    answering.socket.on('data', (text: string) => {
      if (text.includes(QUESTION)) answering.says(ANSWER);
    });
    await telnetCaller(board, 'vanished');

    expect((await closed(board, 'vanished')).reason).toBe('lost');

    // Two more questions: the others stay for another timeout after the vanished one was closed.
    const heard = answering.heard.length;
    await answering.hears(new RegExp(`^[^]{${heard}}[^]*${QUESTION}[^]*${QUESTION}`));
    for (const caller of [plain, answering]) {
      caller.says('/who\r\n');
      const who = await caller.hears(/Idle {2}Where[^>]*>/);
      const list = who.slice(who.lastIndexOf('Idle  Where'));
      expect(list).not.toContain('vanished');
      expect(list).toContain('answering');
    }
  });

  it('closes a stopped client as lost', async () => {
    if (spawnSync('telnet', ['-h']).error) return pending("telnet isn't installed (Debian: telnet)");
    const client = spawn('telnet', ['127.0.0.1', `${board.port}`]);
    try {
      // The answer to /time proves that the board has received the client's first answer.
      client.stdin.write('ann\n');
      await hears(client.stdout, 'Welcome, ann!');
      client.stdin.write('/time\n');
      await hears(client.stdout, 'It is ');

      client.kill('SIGSTOP');

      expect((await board.logs('sessionClosed')).reason).toBe('lost');
    } finally {
      client.kill('SIGKILL');
    }
  });
});
