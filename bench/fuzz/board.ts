import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type net from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Caller, call, logIn } from '../../spec/support/caller.js';
import { boardOf, cleanEnv, IMPULSE, OPEN_DOOR } from '../../spec/support/cli.js';
import { bytesOf } from '../../spec/support/telnet-words.js';
import { type Attempt, packetsOf, typedBytes } from './attempt.js';

/** What an attempt cost its board. */
export interface Cost {
  /** The longest that the loop stood still. */
  readonly blockMs: number;
  /** Heap and external memory behind it. */
  readonly heldMiB: number;
}

/** A board with a room full of listeners, on which attempts are tried. */
export interface FuzzedBoard {
  readonly port: number;
  /** Measures what an attempt costs. */
  tries(attempt: Attempt): Promise<Cost>;
  /** Sends an attempt from an address of this machine, and hangs up. */
  attacks(attempt: Attempt, address: string): Promise<void>;
  stop(): void;
}

const FIGURES = fileURLToPath(new URL('./figures.mjs', import.meta.url));
const CTRL_E_CTRL_U = '\x05\x15';
/** A caller who is held back longer sends no more. */
const PATIENCE_MS = 5000;

/** Starts a built board, and fills its room. */
export async function fuzzedBoard(listeners: number): Promise<FuzzedBoard> {
  const quiet = ['--log-format', 'json', '--log-level', 'info', '--control', 'off'];
  const argv = [
    IMPULSE,
    'serve',
    '--port',
    '0',
    ...quiet,
    ...OPEN_DOOR,
    '--max-sessions',
    `${listeners + 20}`,
  ];
  const child = spawn(process.execPath, ['--import', FIGURES, ...argv], {
    cwd: '/',
    env: cleanEnv(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { port } = await boardOf(child);
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the board died of ${signal ?? code}`);
  });
  died.catch(() => {});
  const figures = async () => {
    child.send('figures');
    return ((await Promise.race([once(child, 'message'), died])) as [Cost])[0];
  };

  const room: net.Socket[] = [];
  for (let index = 0; index < listeners; index += 1) {
    const { socket } = await logIn(port, `listener${letters(index)}`);
    socket.write(bytesOf('DO ECHO', 'DO SGA', 'WILL TTYPE', 'SB TTYPE 0 "xterm"'));
    // What they hear isn't kept.
    socket.removeAllListeners('data').resume();
    room.push(socket);
  }
  let typed: Buffer = Buffer.alloc(0);
  let called = 0;

  const types = (attempt: Attempt) => {
    const half = typedBytes(attempt);
    if (half.equals(typed)) return;
    typed = half;
    for (const socket of room) socket.write(Buffer.concat([Buffer.from(CTRL_E_CTRL_U), half]));
  };
  const enters = async ({ where, client, reads }: Attempt, address?: string): Promise<Caller> => {
    called += 1;
    const caller =
      where === 'room'
        ? await logIn(port, `mallory${letters(called)}`, address)
        : await call(port, '127.0.0.1', address);
    if (client.length > 0) caller.says(bytesOf(...client));
    caller.socket.removeAllListeners('data');
    if (reads) caller.socket.resume();
    else caller.socket.pause();
    return caller;
  };

  return {
    port,
    async tries(attempt) {
      types(attempt);
      const caller = await enters(attempt);
      await figures();
      await sends(caller, attempt);
      const cost = await figures();
      caller.hangUp();
      return cost;
    },
    async attacks(attempt, address) {
      types(attempt);
      const caller = await enters(attempt, address);
      await sends(caller, attempt);
      caller.socket.end();
      await Promise.race([caller.gone, wait(PATIENCE_MS, undefined, { ref: false })]);
      caller.hangUp();
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

async function sends({ socket }: Caller, attempt: Attempt): Promise<void> {
  for (const packet of packetsOf(attempt)) {
    if (socket.destroyed) return;
    const sent = new Promise<void>((resolve) => socket.write(packet, () => resolve()));
    await Promise.race([sent, wait(PATIENCE_MS, undefined, { ref: false })]);
    await turn();
  }
}

/** A number as letters: a handle that looks like no other. */
function letters(number: number): string {
  const digits = 'abdefghjkt';
  return [...`${number}`].map((digit) => digits[Number(digit)]).join('');
}
