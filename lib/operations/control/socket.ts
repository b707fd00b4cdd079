import { once } from 'node:events';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { catchError, defer, Observable, Subject, switchMap } from 'rxjs';

/** A umask that lets only the owner read and write the socket. */
const OWNER_ONLY = 0o177;

/**
 * Listens on a Unix socket that only its owner may use, from its first moment on. Emits an Observable of the
 * connections once it listens. Errors with the system's error if it can't listen, and with our own if another
 * program listens there or the path is something else than a socket. Replaces an abandoned socket. Never
 * completes. Unsubscribing removes the socket.
 *
 * @param maxConnections The most connections at a time; further ones are closed.
 */
export function listenOnSocket(path: string, maxConnections: number): Observable<Observable<Socket>> {
  return bind(path, maxConnections).pipe(
    catchError((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return defer(() => remove(path)).pipe(switchMap(() => bind(path, maxConnections)));
    }),
  );
}

function bind(path: string, maxConnections: number): Observable<Observable<Socket>> {
  return new Observable((subscriber) => {
    const sockets = new Subject<Socket>();
    // A client may end its side after the request, and still read the answer.
    const server = createServer({ allowHalfOpen: true }, (socket) => sockets.next(socket));
    server.maxConnections = maxConnections;
    server.on('error', (error) => subscriber.error(error));
    server.on('listening', () => subscriber.next(sockets.asObservable()));
    // The socket is created within this call.
    const mask = process.umask(OWNER_ONLY);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
    return () => server.close();
  });
}

/** Removes an abandoned socket. */
async function remove(path: string): Promise<void> {
  // Connecting to an ordinary file is refused too.
  if (!lstatSync(path).isSocket()) throw new Error('the file exists and is not a socket');
  if (await answers(path)) throw new Error('another board listens there');
  unlinkSync(path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
