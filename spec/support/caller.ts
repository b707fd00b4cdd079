import { once } from 'node:events';
import net from 'node:net';
import { filter, firstValueFrom, fromEvent, map, merge, startWith, timeout } from 'rxjs';

/** Generous: a spec that runs into it has failed, one that doesn't never waits for it. */
export const PATIENCE_MS = 20_000;

/** A caller on a plain TCP line, who answers no negotiation. */
export interface Caller {
  readonly socket: net.Socket;
  /** All that came so far, bytes as Latin-1. */
  readonly heard: string;
  /** Resolves with what was heard once `pattern` is in it. Rejects when the line closes before that. */
  hears(pattern: RegExp | string): Promise<string>;
  says(text: string | Uint8Array): void;
  /** Resolves with all that was heard, when the line is gone. */
  readonly gone: Promise<string>;
  hangUp(): void;
}

/** Calls the board at `port` of this machine. */
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

/** Calls the board of `impulse serve`, and logs in. */
export async function logIn(port: number, handle: string, localAddress?: string): Promise<Caller> {
  const caller = await call(port, '127.0.0.1', localAddress);
  await caller.hears('Handle: ');
  caller.says(`${handle}\r\n`);
  await caller.hears(`Welcome, ${handle}!`);
  return caller;
}

/** Resolves when something the caller typed has come as far as the socket, whoever reads it. */
export async function arrived(socket: net.Socket): Promise<void> {
  while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
}
