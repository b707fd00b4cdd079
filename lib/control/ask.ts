import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Observable } from 'rxjs';
import { printable } from '../../streams/printable.js';
import type { Request } from './protocol.js';

/**
 * Asks the board behind a socket. Emits its answers, and completes when it has said all. Errors, in one line for the
 * person who asked, when nobody listens there or when the board says no. Unsubscribing hangs up.
 */
export function ask<Answer extends object>(path: string, request: Request): Observable<Answer> {
  return new Observable((subscriber) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    let answered = false;
    socket.on('error', (error) => subscriber.error(new Error(unreachable(path, error))));
    const lines = createInterface({ input: socket });
    // It repeats what the socket's own says.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      const said = parsed<Answer>(line);
      answered = true;
      if (!said) subscriber.error(new Error(`what answers at ${printable(path)} is no board`));
      else if (said.error === undefined) subscriber.next(said);
      else subscriber.error(new Error(printable(said.error)));
    });
    lines.on('close', () => {
      if (answered) subscriber.complete();
      else subscriber.error(new Error(HUNG_UP));
    });
    return () => socket.destroy();
  });
}

const HUNG_UP = 'the board hung up without an answer; too many may be asking at once';

function parsed<Answer>(line: string): (Answer & { error?: string }) | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function unreachable(path: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `no board is at ${printable(path)}; name the one you mean with --port PORT or --control SOCKET`;
    case 'EPIPE':
    case 'ECONNRESET':
      return HUNG_UP;
    case 'EACCES':
      return `${printable(path)} belongs to somebody else: only who runs a board controls it`;
    default:
      return `${printable(path)} can't be asked: ${message}`;
  }
}
