import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import { PATIENCE_MS } from './caller.js';

/** How a caller of a web port calls. */
export interface WebCallOptions {
  /** The path and query; `/` by default. */
  readonly path?: string;
  readonly protocols?: string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it is a page that acknowledges what it gets, at once. */
  readonly acknowledges?: boolean;
}

/** A caller over a WebSocket. */
export interface WebCaller {
  readonly socket: WebSocket;
  /** The bytes of all binary frames. */
  readonly received: Buffer;
  /** The same as text. */
  readonly heard: string;
  /** All text frames. */
  readonly packages: readonly string[];
  /** The values of the packages of this name. */
  told(name: string): Record<string, unknown>[];
  /** Resolves when `holds` is true; it is asked after each frame. */
  until(what: string, holds: () => boolean): Promise<void>;
  hears(words: string): Promise<void>;
  says(text: string | Uint8Array): void;
  tells(name: string, value: unknown): void;
  /** What was said when the WebSocket was closed. */
  readonly closeReason: string;
  /** Resolves with the code when the WebSocket is closed. */
  readonly gone: Promise<number>;
}

/** Calls a web port. Doesn't wait for the handshake. */
export function startWebCall(port: number, options: WebCallOptions = {}): WebCaller {
  const { path = '/', protocols = [], headers = {}, acknowledges = false } = options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    headers,
    perMessageDeflate: false,
  });
  const frames: Buffer[] = [];
  const packages: string[] = [];
  let offset = 0;
  const tells = (name: string, value: unknown) => socket.send(`${name} ${JSON.stringify(value)}`);
  socket.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer;
    if (!isBinary) {
      packages.push(bytes.toString());
      const [, json] = /^Impulse\.Session (.*)/.exec(bytes.toString()) ?? [];
      if (json !== undefined) offset = JSON.parse(json).bytes;
      return;
    }
    frames.push(bytes);
    offset += bytes.length;
    if (acknowledges && socket.readyState === WebSocket.OPEN) tells('Impulse.Ack', { bytes: offset });
  });
  socket.on('error', () => {});
  let closeReason = '';
  const gone = new Promise<number>((resolve) => {
    socket.once('close', (code, reason) => {
      closeReason = reason.toString();
      resolve(code);
    });
  });
  const until = async (what: string, holds: () => boolean) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (!holds()) {
      if (socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${what}`);
      await Promise.race([
        once(socket, 'message', { signal }).catch(() => {
          throw new Error(`in ${PATIENCE_MS} ms it never happened that ${what}`);
        }),
        gone,
      ]);
    }
  };
  const received = () => Buffer.concat(frames);
  return {
    socket,
    get received() {
      return received();
    },
    get heard() {
      return received().toString();
    },
    packages,
    told: (name) =>
      packages.flatMap((text) =>
        text.startsWith(`${name} `) ? [JSON.parse(text.slice(name.length + 1))] : [],
      ),
    until,
    hears: (words) => until(`${words} is heard`, () => received().toString().includes(words)),
    says: (text) => socket.send(typeof text === 'string' ? Buffer.from(text) : text, { binary: true }),
    tells,
    get closeReason() {
      return closeReason;
    },
    gone,
  };
}

/** Calls a web port, and waits for the handshake. */
export async function webCall(port: number, options: WebCallOptions = {}): Promise<WebCaller> {
  const caller = startWebCall(port, options);
  await once(caller.socket, 'open');
  return caller;
}
