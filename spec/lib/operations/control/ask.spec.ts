import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { firstValueFrom, toArray } from 'rxjs';
import { ask } from '../../../../lib/operations/control/ask.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';

describe('ask', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'board.sock');
  });
  afterEach(() => folder.remove());

  /** A control socket that sends this answer to every request, and records the requests. */
  async function board(says: string) {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (text) => {
        asked.push(String(text));
        socket.end(says);
      });
    }).listen(path);
    await once(server, 'listening');
    return { asked, close: () => server.close() };
  }

  it('sends one line, and emits each line of the answer', async () => {
    const { asked, close } = await board('{"a":1}\n{"b":2}\n');
    expect(await firstValueFrom(ask(path, { command: 'kick', node: 3 }).pipe(toArray()))).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
    expect(asked).toEqual(['{"command":"kick","node":3}\n']);
    close();
  });

  it("errors with the board's error message", async () => {
    const { close } = await board('{"error":"no \\u001b[2J"}\n');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError('no \\u{1b}[2J');
    close();
  });

  it('emits no control characters, whatever program answers', async () => {
    const { close } = await board('{"handle":"\\u001b]52;c;aGk=\\u0007\\u202e","\\u009b2J":1}\n');
    expect(await firstValueFrom(ask(path, { command: 'who' }))).toEqual({
      handle: '\\u{1b}]52;c;aGk=\\u{7}\\u{202e}',
      '\\u{9b}2J': 1,
    });
    close();
  });

  it('stops reading an endless answer', async () => {
    const server = createServer((socket) => {
      const fill = () => {
        while (socket.writable && socket.write('x'.repeat(1024 ** 2)));
      };
      socket.on('error', () => {}).on('drain', fill);
      fill();
    }).listen(path);
    await once(server, 'listening');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `the program at ${path} is not a board`,
    );
    server.close();
  });

  it('errors when the program that answers is not a board', async () => {
    const { close } = await board('SSH-2.0-x\n');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `the program at ${path} is not a board`,
    );
    close();
  });

  it('names the socket when no board listens', async () => {
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `no board listens at ${path}; choose one with --port PORT or --control SOCKET`,
    );
  });

  it('reports a board that hung up without an answer', async () => {
    const { close } = await board('');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      'the board closed the connection without an answer; it may have too many control connections',
    );
    close();
  });
});
