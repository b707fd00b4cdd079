import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { readInPlace } from '../../../lib/telnet/read-in-place.js';
import { arrived, type Caller, call } from '../../support/caller.js';

let server: Server;
const callers: Caller[] = [];
const sockets: Socket[] = [];

/** A caller, and the socket that reads in place what it says. */
async function connect(): Promise<{ caller: Caller; socket: Socket }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const caller = await call((server.address() as AddressInfo).port);
  const [socket] = await accepted;
  callers.push(caller);
  sockets.push(socket);
  socket.pause();
  readInPlace(socket);
  return { caller, socket };
}

/** The next packet of a socket, as it is: its memory, and a copy of what it said. */
function heard(socket: Socket): Promise<{ memory: ArrayBufferLike; said: string }> {
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve({ memory: bytes.buffer, said: bytes.toString('latin1') }));
    socket.resume();
  });
}

describe('readInPlace', () => {
  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const { socket } of callers.splice(0)) socket.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  it('has all sockets read into the same memory', async () => {
    const [ann, bob] = [await connect(), await connect()];
    ann.caller.says('ann');
    const first = await heard(ann.socket);
    bob.caller.says('bobby');
    const second = await heard(bob.socket);
    expect([first.said, second.said]).toEqual(['ann', 'bobby']);
    expect(first.memory.byteLength).toBe(64 * 1024);
    expect(second.memory).toBe(first.memory);
  });

  it('keeps what comes during a pause in memory of its own', async () => {
    const [ann, bob] = [await connect(), await connect()];
    ann.socket.resume();
    ann.socket.pause();
    ann.caller.says('ann');
    await arrived(ann.socket);
    bob.caller.says('bob');
    const other = await heard(bob.socket);
    const { said, memory } = await heard(ann.socket);
    expect(said).toBe('ann');
    expect(memory).not.toBe(other.memory);
  });

  it('makes a caller who goes on during a pause wait, and loses nothing of it', async () => {
    const { caller, socket } = await connect();
    const text = 'all work and no play '.repeat(200_000);
    let said = '';
    let pieces = 0;
    socket.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      pieces += 1;
      socket.pause();
      setImmediate(() => socket.resume());
    });
    socket.resume();
    const ended = once(socket, 'end');
    caller.socket.end(text);
    await ended;
    expect(pieces).toBeGreaterThan(1);
    expect(said === text).toBeTrue();
  });

  it('notices during a pause that the caller hangs up', async () => {
    const { caller, socket } = await connect();
    socket.resume();
    socket.pause();
    const ended = once(socket, 'end');
    caller.socket.end();
    await ended;
    expect(socket.isPaused()).toBeTrue();
  });

  it('leaves alone a socket that is connected to nobody', () => {
    const socket = new Socket();
    expect(() => readInPlace(socket)).not.toThrow();
  });
});
