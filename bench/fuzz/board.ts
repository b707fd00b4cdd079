import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type net from 'node:net';
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
  tries(attempt: Attempt): Promise<Cost>;
  stop(): void;
}

const FIGURES = fileURLToPath(new URL('./figures.mjs', import.meta.url));
const CTRL_E_CTRL_U = '\x05\x15';
/** A caller who is held back longer is left as it is. */
const PATIENCE_MS = 20_000;

/** Starts a built board, and fills its room. */
export async function fuzzedBoard(listeners: number): Promise<FuzzedBoard> {
  const argv = [
    '--import',
    FIGURES,
    IMPULSE,
    'serve',
    '--port',
    '0',
    '--log-format',
    'json',
    '--log-level',
    'warn',
  ];
  const open = [
    ...OPEN_DOOR,
    '--max-sessions',
    `${listeners + 20}`,
    '--log-level',
    'info',
    '--control',
    'off',
  ];
  const child = spawn(process.execPath, [...argv, ...open], {
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
  let tried = 0;

  const enters = async ({ where, client }: Attempt): Promise<Caller> => {
    tried += 1;
    const caller = where === 'room' ? await logIn(port, `mallory${letters(tried)}`) : await call(port);
    if (client.length > 0) caller.says(bytesOf(...client));
    return caller;
  };

  return {
    async tries(attempt) {
      const half = typedBytes(attempt);
      if (!half.equals(typed))
        for (const socket of room) socket.write(Buffer.concat([Buffer.from(CTRL_E_CTRL_U), half]));
      typed = half;
      const caller = await enters(attempt);
      await figures();
      caller.socket.removeAllListeners('data');
      if (attempt.reads) caller.socket.resume();
      else caller.socket.pause();
      for (const packet of packetsOf(attempt)) {
        await new Promise<void>((resolve) => {
          const late = setTimeout(resolve, PATIENCE_MS);
          const sent = () => {
            clearTimeout(late);
            resolve();
          };
          if (caller.socket.destroyed) sent();
          else caller.socket.write(packet, sent);
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
      const cost = await figures();
      caller.hangUp();
      return cost;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** A number as letters: a handle that looks like no other. */
function letters(number: number): string {
  const digits = 'abdefghjkt';
  return [...`${number}`].map((digit) => digits[Number(digit)]).join('');
}
