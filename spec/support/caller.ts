import { once } from 'node:events';
import net from 'node:net';
import { filter, firstValueFrom, fromEvent, map, merge, startWith, timeout } from 'rxjs';

/** A generous time limit. Only a failing spec waits for it. */
export const PATIENCE_MS = 20_000;

/** A caller on a plain TCP connection that answers no negotiation. */
export interface Caller {
  readonly socket: net.Socket;
  /** All input so far, as Latin-1. */
  readonly heard: string;
  /** Resolves with the input when it contains `pattern`. Rejects when the connection closes before that. */
  hears(pattern: RegExp | string): Promise<string>;
  says(text: string | Uint8Array): void;
  /** Resolves with all input when the connection is closed. */
  readonly gone: Promise<string>;
  hangUp(): void;
}

/** Connects to the board at a port of this machine. */
export async function call(port: number, host = '127.0.0.1', localAddress?: string): Promise<Caller> {
  const socket = net.connect({ port, host, ...(localAddress ? { localAddress } : {}) });
  let heard = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard += text;
  });
  socket.on('error', () => {});
  const gone = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
  const data$ = fromEvent(socket, 'data');
  const close$ = fromEvent(socket, 'close').pipe(
    map(() => {
      throw new Error(`the line closed after ${JSON.stringify(heard)}`);
    }),
  );
  await once(socket, 'connect');
  return {
    socket,
    get heard() {
      return heard;
    },
    hears: (pattern) =>
      firstValueFrom(
        merge(data$, close$).pipe(
          startWith(null),
          map(() => heard),
          filter((text) => (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text))),
          timeout({
            each: PATIENCE_MS,
            with: () => {
              throw new Error(`not heard in time: ${pattern}, but ${JSON.stringify(heard)}`);
            },
          }),
        ),
      ),
    says: (text) => void socket.write(text),
    gone,
    hangUp: () => void socket.destroy(),
  };
}

/** Connects to a board of `impulse serve`, and logs in. */
export async function logIn(port: number, handle: string, localAddress?: string): Promise<Caller> {
  const caller = await call(port, '127.0.0.1', localAddress);
  await caller.hears('Handle: ');
  caller.says(`${handle}\r\n`);
  await caller.hears(`Welcome, ${handle}!`);
  return caller;
}

/** Resolves when the caller's input has arrived at the board's socket. */
export async function arrived(socket: net.Socket): Promise<void> {
  while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
}
