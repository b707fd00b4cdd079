import { mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  catchError,
  defer,
  filter,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  of,
  scan,
  switchMap,
  take,
  takeUntil,
  tap,
  timeout,
} from 'rxjs';
import { messageOf } from '../../text/message-of.js';
import { answer } from './answers.js';
import { MAX_REQUEST_BYTES } from './protocol.js';
import { listenOnSocket } from './socket.js';
import type { Controlled } from './views.js';

/** The most control connections at a time. */
export const MAX_CONTROL_CONNECTIONS = 16;

/** How long a client may take to send its request. */
const REQUEST_MS = 5000;

/**
 * How long a client may take to read the end of an answer. Less than the watchdog grants a board that shuts
 * down.
 */
const FLUSH_MS = 1500;

/** The most bytes of answers that are buffered for a client that doesn't read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Opens a board's control socket. Each connection sends one line of JSON, gets lines of JSON back, and is
 * closed. Emits nothing. Errors if the socket can't be opened. Never completes. Unsubscribing closes all
 * connections after their last line, and removes the socket.
 *
 * @param onListening Called when the socket listens.
 */
export function control(path: string, board: Controlled, onListening: () => void): Observable<never> {
  return listenOnSocket(path, MAX_CONTROL_CONNECTIONS).pipe(
    tap(onListening),
    switchMap((socket$) => socket$.pipe(mergeMap((socket) => serve(socket, board)))),
    ignoreElements(),
  );
}

/** Creates the folder of the socket that `auto` stands for. */
export function makeFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}

/** Serves one connection: request, answers, end. Never errors; an error is sent as an answer. */
function serve(socket: Socket, board: Controlled): Observable<object> {
  // A broken connection also emits 'close', which is handled below.
  socket.on('error', () => {});
  return request$(socket).pipe(
    switchMap((request) => answer(board, request)),
    catchError((error) => of({ error: messageOf(error) })),
    tap((line) => {
      if (socket.writableLength > MAX_WAITING_BYTES) socket.destroy();
      else socket.write(`${JSON.stringify(line)}\n`);
    }),
    takeUntil(fromEvent(socket, 'close')),
    finalize(() => {
      socket.end(() => socket.destroy());
      setTimeout(() => socket.destroy(), FLUSH_MS).unref();
    }),
  );
}

/** Emits the first line. */
function request$(socket: Socket): Observable<string> {
  return defer(() => fromEvent(socket, 'data') as Observable<Buffer>).pipe(
    scan((all, chunk) => Buffer.concat([all, chunk]), Buffer.alloc(0)),
    map((bytes) => ({ bytes, end: bytes.indexOf('\n') })),
    tap(({ bytes, end }) => {
      if ((end === -1 ? bytes.length : end) > MAX_REQUEST_BYTES)
        throw new Error(`a request may have at most ${MAX_REQUEST_BYTES} bytes`);
    }),
    filter(({ end }) => end !== -1),
    take(1),
    map(({ bytes, end }) => bytes.toString('utf8', 0, end)),
    timeout({
      first: REQUEST_MS,
      with: () => {
        throw new Error('no request was received in time');
      },
    }),
  );
}
