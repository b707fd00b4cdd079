import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { firstValueFrom, toArray } from 'rxjs';
import { ask } from '../../../lib/control/ask.js';
import { temporaryFolder } from '../../support/cheap-accounts.js';

describe('ask', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'board.sock');
  });
  afterEach(() => folder.remove());

  /** A board that says this to whoever asks, and what it was asked. */
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

  it('asks in a line, and emits each line of the answer', async () => {
    const { asked, close } = await board('{"a":1}\n{"b":2}\n');
    expect(await firstValueFrom(ask(path, { command: 'kick', node: 3 }).pipe(toArray()))).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
    expect(asked).toEqual(['{"command":"kick","node":3}\n']);
    close();
  });

  it('errors with what the board says no with, as text', async () => {
    const { close } = await board('{"error":"no \\u001b[2J"}\n');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError('no \\u{1b}[2J');
    close();
  });

  it('emits nothing that drives a terminal, whoever answers', async () => {
    const { close } = await board('{"handle":"\\u001b]52;c;aGk=\\u0007\\u202e","\\u009b2J":1}\n');
    expect(await firstValueFrom(ask(path, { command: 'who' }))).toEqual({
      handle: '\\u{1b}]52;c;aGk=\\u{7}\\u{202e}',
      '\\u{9b}2J': 1,
    });
    close();
  });

  it('reads no answer that has no end', async () => {
    const server = createServer((socket) => {
      const fill = () => {
        while (socket.writable && socket.write('x'.repeat(1024 ** 2)));
      };
      socket.on('error', () => {}).on('drain', fill);
      fill();
    }).listen(path);
    await once(server, 'listening');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `what answers at ${path} is no board`,
    );
    server.close();
  });

  it('errors when what answers is no board', async () => {
    const { close } = await board('SSH-2.0-x\n');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `what answers at ${path} is no board`,
    );
    close();
  });

  it('says where it looked when nobody is there', async () => {
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      `no board is at ${path}; name the one you mean with --port PORT or --control SOCKET`,
    );
  });

  it('says when the board hung up without a word', async () => {
    const { close } = await board('');
    await expectAsync(firstValueFrom(ask(path, { command: 'who' }))).toBeRejectedWithError(
      'the board hung up without an answer; too many may be asking at once',
    );
    close();
  });
});
