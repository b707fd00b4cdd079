import { type EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { Client } from 'ssh2';
import { WebSocket } from 'ws';
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

/** Collects what a caller hears from an emitter of bytes, and types on it. */
function over(
  emitter: EventEmitter,
  event: 'data' | 'message',
  write: (text: string) => void,
  hangUp: () => void,
): DoorCaller {
  let heard = '';
  emitter.on(event, (bytes) => {
    heard += bytes;
  });
  emitter.on('error', () => {});
  const gone = new Promise((resolve) => emitter.once('close', resolve));
  return {
    get heard() {
      return heard;
    },
    async hears(words) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!words.test(heard))
        await once(emitter, event, { signal }).catch((cause) => {
          throw new Error(`${words} was not heard, but ${JSON.stringify(heard)}`, { cause });
        });
    },
    says: (line) => write(`${line}\r\n`),
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
      client.shell({ term: 'xterm' }, (_error, channel) => resolve(overStream(channel, hangUp))),
    );
    client.connect({ port, host: '127.0.0.1', username: 'guest', readyTimeout: PATIENCE_MS });
  });

let addresses = 0;

const CALL: Record<Transport, (port: number) => Promise<DoorCaller>> = {
  telnet: async (port) => overStream(connect({ port, host: '127.0.0.1' })),
  tls: async (port) => overStream(connectTls({ port, host: '127.0.0.1', ca: certificate.cert })),
  async web(port) {
    // The page may have few connections from one address that haven't asked for anything yet.
    addresses = (addresses % 100) + 1;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { localAddress: `127.0.1.${addresses}` });
    return over(
      socket,
      'message',
      (text) => socket.send(Buffer.from(text)),
      () => socket.terminate(),
    );
  },
  ssh,
};
const overStream = (stream: Duplex, hangUp: () => void = () => stream.destroy()) =>
  over(stream, 'data', (text) => stream.write(text), hangUp);
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
    const { board, call } = await open('--shutdown-grace', '1s');
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
    const others = all.flatMap(({ heard }, index) =>
      /Handle.*: |All 100 nodes are busy/.test(heard) ? [] : [[TRANSPORTS[index % 4], heard]],
    );
    expect(others).toEqual([]);
    let opened = 0;
    await board.logs('sessionOpened', () => {
      opened += 1;
      return opened === 100;
    });
    const count = (name: string) => board.log.filter(({ event }) => event === name).length;
    expect(count('sessionOpened')).toBe(100);
    expect(count('sessionClosed')).toBe(0);
  }, 60_000);
});
