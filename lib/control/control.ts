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
import { messageOf } from '../message-of.js';
import { answer } from './answers.js';
import { MAX_REQUEST_BYTES } from './protocol.js';
import { listenOnSocket } from './socket.js';
import type { Controlled } from './views.js';

/** Who may be asking at once. */
export const MAX_CONTROL_CONNECTIONS = 16;

/** How long a request may take to come. */
const REQUEST_MS = 5000;

/** How long the last of an answer may take to be read: less than the watchdog waits for a board that goes down. */
const FLUSH_MS = 1500;

/** Answers that may wait for somebody who doesn't read. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Lets a board be controlled through a socket: a line of JSON from each connection, lines of JSON back, and the end. Emits
 * nothing; errors if the socket can't be had. Never completes; unsubscribing hangs up on everybody, after their last line,
 * and removes the socket.
 *
 * @param onListening Called once the socket is there.
 */
export function control(path: string, board: Controlled, onListening: () => void): Observable<never> {
  return listenOnSocket(path, MAX_CONTROL_CONNECTIONS).pipe(
    tap(onListening),
    switchMap((socket$) => socket$.pipe(mergeMap((socket) => serve(socket, board)))),
    ignoreElements(),
  );
}

/** Makes the folder that the socket of `auto` is in. */
export function makeFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}

/** One connection: request, answers, end. Never errors: what can't be done is an answer too. */
function serve(socket: Socket, board: Controlled): Observable<object> {
  // A connection that breaks is closed as well, and that is all that matters.
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

/** The first line that comes. */
function request$(socket: Socket): Observable<string> {
  return defer(() => fromEvent(socket, 'data') as Observable<Buffer>).pipe(
    scan((all, chunk) => Buffer.concat([all, chunk]), Buffer.alloc(0)),
    map((bytes) => ({ bytes, end: bytes.indexOf('\n') })),
    tap(({ bytes, end }) => {
      if ((end === -1 ? bytes.length : end) > MAX_REQUEST_BYTES)
        throw new Error(`a request has ${MAX_REQUEST_BYTES} bytes at most`);
    }),
    filter(({ end }) => end !== -1),
    take(1),
    map(({ bytes, end }) => bytes.toString('utf8', 0, end)),
    timeout({
      first: REQUEST_MS,
      with: () => {
        throw new Error('no request came');
      },
    }),
  );
}
