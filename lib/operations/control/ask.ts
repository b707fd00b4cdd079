import { connect } from 'node:net';
import { Observable } from 'rxjs';
import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { answerLines } from './answer-lines.js';
import type { Request } from './protocol.js';
import { safeAnswer } from './safe-answer.js';

/**
 * Sends a request to the board at a socket. Emits its answers, with all text in them safe on a terminal.
 * Completes when the board has ended. Errors with a message of one line if no board listens or the board
 * refuses. Unsubscribing closes the connection.
 */
export function ask<Answer extends object>(path: string, request: Request): Observable<Answer> {
  return new Observable((subscriber) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    let answered = false;
    socket.on('error', (error) => subscriber.error(new Error(unreachable(path, error))));
    const noBoard = () => new Error(`the program at ${escapeControls(path)} is not a board`);
    const lines = answerLines(socket).subscribe({
      next(line) {
        const said = safeAnswer(line) as (Answer & { error?: unknown }) | null;
        answered = true;
        if (!said) subscriber.error(noBoard());
        else if (said.error === undefined) subscriber.next(said);
        else subscriber.error(new Error(String(said.error)));
      },
      error: () => subscriber.error(noBoard()),
      complete() {
        if (answered) subscriber.complete();
        else subscriber.error(new Error(HUNG_UP));
      },
    });
    return () => {
      lines.unsubscribe();
      socket.destroy();
    };
  });
}

const HUNG_UP = 'the board closed the connection without an answer; it may have too many control connections';

function unreachable(path: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `no board listens at ${escapeControls(path)}; choose one with --port PORT or --control SOCKET`;
    case 'EPIPE':
    case 'ECONNRESET':
      return HUNG_UP;
    case 'EACCES':
      return `${escapeControls(path)} belongs to another user: only the user who runs a board can control it`;
    default:
      return `can't connect to ${escapeControls(path)}: ${message}`;
  }
}
