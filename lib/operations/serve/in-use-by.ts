import { catchError, firstValueFrom, map, of, timeout } from 'rxjs';
import { ask } from '../control/ask.js';
import type { Stats } from '../control/protocol.js';
import { socketPath } from '../control/socket-path.js';

/** How long a board may take to answer. */
const ANSWER_MS = 2000;

/** A running board. */
export interface RunningBoard {
  readonly pid: number;
  readonly socket: string;
}

/**
 * Finds the board of this user that listens on a port, by asking the control sockets where it would be.
 * Resolves with `null` if none answers, or only one on another port.
 *
 * @param control The value of `--control`.
 */
export async function inUseBy(port: number, control: string | null): Promise<RunningBoard | null> {
  for (const path of new Set(['auto', control ?? 'auto'])) {
    const board = await askWhose(path, port);
    if (board) return board;
  }
  return null;
}

function askWhose(path: string, port: number): Promise<RunningBoard | null> {
  let socket: string;
  try {
    socket = socketPath(path, port);
  } catch {
    return Promise.resolve(null);
  }
  const board$ = ask<Stats>(socket, { command: 'stats' }).pipe(
    timeout({ first: ANSWER_MS }),
    map(({ pid, port: its }) => (its === port && Number.isInteger(pid) && pid > 0 ? { pid, socket } : null)),
    catchError(() => of(null)),
  );
  return firstValueFrom(board$, { defaultValue: null });
}
