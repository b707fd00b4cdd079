import { once } from 'node:events';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { catchError, defer, Observable, Subject, switchMap } from 'rxjs';

/** Who may talk to a socket made under this mask: its owner, who may read and write it. */
const OWNER_ONLY = 0o177;

/**
 * Listens on a Unix socket that only its owner may use, from its first moment. Emits once, when it does, those who
 * connect. Errors with the system's error if it can't, and with one of ours if a program listens there already or the
 * name is taken by something else. A socket that was left behind is replaced. Never completes; unsubscribing removes it.
 *
 * @param most Connections at once; more are hung up on.
 */
export function listenOnSocket(path: string, most: number): Observable<Observable<Socket>> {
  return bind(path, most).pipe(
    catchError((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return defer(() => remove(path)).pipe(switchMap(() => bind(path, most)));
    }),
  );
}

function bind(path: string, most: number): Observable<Observable<Socket>> {
  return new Observable((subscriber) => {
    const sockets = new Subject<Socket>();
    // Who has asked may have closed their side, and still reads the answer.
    const server = createServer({ allowHalfOpen: true }, (socket) => sockets.next(socket));
    server.maxConnections = most;
    server.on('error', (error) => subscriber.error(error));
    server.on('listening', () => subscriber.next(sockets.asObservable()));
    // The socket is made within this call.
    const mask = process.umask(OWNER_ONLY);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
    return () => server.close();
  });
}

/** Removes a socket that nobody listens on any more. */
async function remove(path: string): Promise<void> {
  // A connection to an ordinary file is refused as well.
  if (!lstatSync(path).isSocket()) throw new Error('there is a file of that name, which is not a socket');
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
