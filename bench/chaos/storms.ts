import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { call, logIn } from '../../spec/support/caller.js';
import { type BoardProcess, OPEN_DOOR, startBoard } from '../../spec/support/cli.js';
import { churn } from './churn.js';
import { kept } from './leftovers.js';
import { neighbour } from './neighbour.js';

/** What a storm was like, in words; it rejects when something was wrong. */
export type Storm = () => Promise<string>;

/** A board in a process of its own with somebody on line throughout, who is answered, and who can go down at the end. */
async function against(
  args: readonly string[],
  storm: (board: BoardProcess) => Promise<string>,
): Promise<string> {
  const board = await startBoard([...OPEN_DOOR, '--max-sessions', '2000', '--log-level', 'info', ...args]);
  try {
    const beside = await neighbour(board.port);
    const words = await storm(board);
    await beside.leaves();
    board.child.kill('SIGTERM');
    const { code } = await board.end;
    if (code !== 0) throw new Error(`the board ended with ${code}`);
    const errors = board.log.filter(({ level, event }) => level === 'error' && event !== 'descriptorsGone');
    if (errors.length > 0) throw new Error(`in the log: ${JSON.stringify(errors[0])}`);
    const [opened, closed] = [happened(board, 'sessionOpened'), happened(board, 'sessionClosed')];
    if (opened !== closed) throw new Error(`${opened} calls began, ${closed} ended`);
    return `${words}; a neighbour waited ${Math.round(beside.worstMs())} ms at most`;
  } finally {
    board.child.kill('SIGKILL');
  }
}

const happened = (board: BoardProcess, event: string) =>
  board.log.filter((line) => line.event === event).length;

const ended = (board: BoardProcess, reason: string) =>
  board.log.filter((line) => line.event === 'sessionClosed' && line.reason === reason).length;

/** Resolves when so many calls have ended for that reason. */
async function allEnded(board: BoardProcess, reason: string, count: number): Promise<void> {
  while (ended(board, reason) < count)
    await board.logs('sessionClosed', (line) => line.reason === reason && ended(board, reason) >= count);
}

const lines = (port: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(
        socket.on('error', () => {}),
        'connect',
      );
      return socket;
    }),
  );

export const resets: Storm = () =>
  against([], async (board) => {
    const quits = await churn(board.port, 10_000, 200);
    await allEnded(board, 'app-done', quits);
    if (ended(board, 'app-done') > quits) throw new Error(`more than ${quits} said goodbye`);
    return '10,000 callers, 200 at once, a third by reset';
  });

export const halfOpen: Storm = () =>
  against(['--login-timeout', '2s'], async (board) => {
    const [silent, ended, trickling] = [
      await lines(board.port, 300),
      await lines(board.port, 100),
      await lines(board.port, 100),
    ];
    for (const socket of ended) socket.end();
    const trickle = setInterval(() => {
      for (const socket of trickling) socket.write('x');
    }, 100);
    const all = [...silent, ...ended, ...trickling];
    await Promise.all(all.map((socket) => once(socket.resume(), 'end')));
    clearInterval(trickle);
    for (const socket of all) socket.destroy();
    await allEnded(board, 'login-timeout', 400);
    return '300 silent lines, 100 half closed, 100 of a byte now and then: all hung up on';
  });

export const stopped: Storm = () =>
  against(['--dead-peer-timeout', '3s'], async (board) => {
    const programs = ['telnet', 'nc'].filter((name) => spawnSync('which', [name]).status === 0);
    if (programs.length === 0) return 'skipped: neither telnet nor nc is installed';
    const clients = Array.from({ length: 20 }, (_, index) => {
      const program = programs[index % programs.length] as string;
      const client = kept(
        spawn(program, ['127.0.0.1', `${board.port}`], { stdio: ['pipe', 'ignore', 'ignore'] }),
      );
      client.stdin.on('error', () => {});
      client.stdin.write(`stopped${index}\r\n`);
      return client;
    });
    const loggedIn = () => happened(board, 'sessionAuthenticated') > clients.length;
    if (!loggedIn()) await board.logs('sessionAuthenticated', loggedIn);
    for (const client of clients) client.kill('SIGSTOP');
    const talker = await logIn(board.port, 'talker');
    for (let line = 0; line < 20; line += 1) talker.says(`line ${line}\r\n`);
    await wait(1000);
    for (const client of clients) client.kill('SIGKILL');
    const gone = () => happened(board, 'sessionClosed') >= clients.length;
    if (!gone()) await board.logs('sessionClosed', gone);
    talker.hangUp();
    return `20 of ${programs.join(' and ')}, stopped, talked to, and killed: all gone`;
  });

export const descriptors: Storm = () =>
  against([], async (board) => {
    if (spawnSync('prlimit', ['--version']).error) return "skipped: prlimit isn't installed";
    spawnSync('prlimit', ['--pid', `${board.child.pid}`, '--nofile=100:100']);
    const crowd = Array.from({ length: 500 }, () =>
      net.connect(board.port, '127.0.0.1').on('error', () => {}),
    );
    await board.logs('descriptorsGone');
    await wait(2000);
    for (const socket of crowd) socket.destroy();
    await board.logs('descriptorsFree');
    const next = await call(board.port);
    await next.hears('Handle: ');
    next.hangUp();
    return '500 callers for 100 descriptors: said in the log, and others let in afterwards';
  });
