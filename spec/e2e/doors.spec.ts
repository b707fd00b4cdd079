import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { Client } from 'ssh2';
import { createWebSocketStream, WebSocket } from 'ws';
import { PATIENCE_MS } from '../support/caller.js';
import { selfSigned } from '../support/certificate.js';
import { type BoardProcess, OPEN_DOOR, startBoard, stopAll } from '../support/cli.js';

const certificate = selfSigned();

/** A caller of any transport. */
interface DoorCaller {
  /** All that the board has said, also in the transport's own way. */
  readonly heard: string;
  hears(words: RegExp): Promise<void>;
  /** Types a line. */
  says(line: string): void;
  readonly gone: Promise<unknown>;
  hangUp(): void;
}

function over(stream: Duplex, hangUp: () => void): DoorCaller {
  let heard = '';
  stream.on('data', (bytes) => {
    heard += bytes;
  });
  stream.on('error', () => {});
  const gone = new Promise((resolve) => stream.once('close', resolve));
  return {
    get heard() {
      return heard;
    },
    async hears(words) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!words.test(heard))
        await once(stream, 'data', { signal }).catch((cause) => {
          throw new Error(`${words} was not heard, but ${JSON.stringify(heard)}`, { cause });
        });
    },
    says: (line) => void stream.write(`${line}\r\n`),
    gone,
    hangUp,
  };
}

type Transport = 'telnet' | 'tls' | 'ssh' | 'web';

const ssh = (port: number): Promise<DoorCaller> =>
  new Promise((resolve) => {
    const client = new Client();
    let refusal = '';
    // The words of a board that is full, in the protocol's own message.
    client.on('error', (error) => {
      refusal += error.message;
    });
    const gone = new Promise<void>((ended) => client.once('close', () => ended()));
    const hangUp = () => void client.destroy();
    gone.then(() => resolve({ heard: refusal, hears: () => Promise.resolve(), says() {}, gone, hangUp }));
    client.on('ready', () =>
      client.shell({ term: 'xterm' }, (_error, channel) => resolve(over(channel, hangUp))),
    );
    client.connect({ port, host: '127.0.0.1', username: 'guest', readyTimeout: PATIENCE_MS });
  });

const CALL: Record<Transport, (port: number) => Promise<DoorCaller>> = {
  telnet: async (port) => overSocket(connect({ port, host: '127.0.0.1' })),
  tls: async (port) => overSocket(connectTls({ port, host: '127.0.0.1', ca: certificate.cert })),
  async web(port) {
    const stream = createWebSocketStream(new WebSocket(`ws://127.0.0.1:${port}/`));
    return over(stream, () => stream.destroy());
  },
  ssh,
};
const overSocket = (socket: Socket) => over(socket, () => socket.destroy());
const TRANSPORTS = Object.keys(CALL) as Transport[];

describe('a board with four transports', () => {
  let folder: string;
  const callers: DoorCaller[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'impulse-doors-'));
  });
  afterEach(() => {
    for (const caller of callers.splice(0)) caller.hangUp();
    stopAll();
    rmSync(folder, { recursive: true });
  });

  async function open(...flags: string[]) {
    const file = (name: string, text?: string) => {
      if (text !== undefined) writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const board = await startBoard([
      ...OPEN_DOOR,
      ...['--tls-port', '0', '--tls-cert', file('cert.pem', certificate.cert)],
      ...['--tls-key', file('key.pem', certificate.key)],
      ...['--ssh-port', '0', '--ssh-host-key', file('host_key'), '--web-port', '0'],
      ...flags,
    ]);
    const ports = new Map<Transport, number>();
    for (const transport of TRANSPORTS) ports.set(transport, await portOf(board, transport));
    const call = async (transport: Transport): Promise<DoorCaller> => {
      const caller = await CALL[transport](ports.get(transport) as number);
      callers.push(caller);
      return caller;
    };
    return { board, call };
  }
  const portOf = async (board: BoardProcess, name: Transport) =>
    Number((await board.logs('serverListening', ({ transport }) => transport === name)).port);

  it('lets callers talk to each other, whichever way they came', async () => {
    const { board, call } = await open();
    const people = new Map<Transport, DoorCaller>();
    for (const transport of TRANSPORTS) {
      const caller = await call(transport);
      await caller.hears(/Handle.*: /);
      caller.says(`by-${transport}`);
      await caller.hears(/Welcome, by-/);
      people.set(transport, caller);
    }
    for (const [from, speaker] of people) {
      speaker.says(`hello from ${from}`);
      for (const [to, listener] of people)
        if (to !== from) await listener.hears(new RegExp(`hello from ${from}`));
    }
    const opened = board.log.filter(({ event }) => event === 'sessionOpened');
    expect(opened.map(({ transport }) => transport)).toEqual(TRANSPORTS);
    board.child.kill('SIGTERM');
    for (const caller of people.values()) await caller.gone;
    expect((await board.end).code).toBe(0);
  });

  it('admits exactly its number of callers, of 500 who come at once by all of them, and tells the others', async () => {
    const { board, call } = await open('--max-sessions', '100', '--login-timeout', 'off');
    const all = await Promise.all(
      Array.from({ length: 500 }, (_, count) => call(TRANSPORTS[count % 4] as Transport)),
    );
    await Promise.all(all.map((caller) => Promise.race([caller.hears(/Handle.*: |busy/), caller.gone])));
    const admitted = all.filter(({ heard }) => /Handle.*: /.test(heard));
    expect(admitted.length).toBe(100);
    const told = all.filter(({ heard }) => /All 100 nodes are busy/.test(heard));
    expect(told.length).toBe(400);
    const events = (name: string) => board.log.filter(({ event }) => event === name).length;
    expect(events('sessionOpened')).toBe(100);
    expect(events('sessionClosed')).toBe(0);
  }, 60_000);
});
