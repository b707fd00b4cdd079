import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { accept } from '../../../../lib/transports/tcp/accept.js';
import { arrived, type Caller, call } from '../../../support/caller.js';

let server: Server;
const callers: Caller[] = [];
const sockets: Socket[] = [];

/** A caller, and the socket that was accepted; nothing is read yet. */
async function connect(): Promise<{ caller: Caller; socket: Socket }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const caller = await call((server.address() as AddressInfo).port);
  const [socket] = await accepted;
  callers.push(caller);
  sockets.push(socket);
  socket.pause();
  return { caller, socket };
}

/** The next packet of a socket, as it is: its memory, and a copy of what it said. */
function heard(socket: Socket): Promise<{ memory: ArrayBufferLike; said: string }> {
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve({ memory: bytes.buffer, said: bytes.toString('latin1') }));
    socket.resume();
  });
}

describe('accept', () => {
  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    accept(server);
  });
  afterEach(() => {
    for (const { socket } of callers.splice(0)) socket.destroy();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  it('makes all sockets read into the same buffer', async () => {
    const [ann, bob] = [await connect(), await connect()];
    ann.caller.says('ann');
    const first = await heard(ann.socket);
    bob.caller.says('bobby');
    const second = await heard(bob.socket);
    expect([first.said, second.said]).toEqual(['ann', 'bobby']);
    expect(first.memory.byteLength).toBe(64 * 1024);
    expect(second.memory).toBe(first.memory);
  });

  it("keeps input during a pause in the socket's own buffer", async () => {
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

  it('applies backpressure during a pause, and loses no input', async () => {
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

  it('notices a hang-up during a pause', async () => {
    const { caller, socket } = await connect();
    socket.resume();
    socket.pause();
    const ended = once(socket, 'end');
    caller.socket.end();
    await ended;
    expect(socket.isPaused()).toBeTrue();
  });

  it('allows half-open sockets if the server does', async () => {
    const { socket } = await connect();
    expect(socket.allowHalfOpen).toBeTrue();
  });

  it('sets inherited options once, on the listening socket', async () => {
    const told: unknown[] = [];
    const other = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 });
    Object.assign(other, {
      _handle: {
        onconnection() {},
        setNoDelay: (on: boolean) => told.push(['without delay', on]),
        setKeepAlive: (on: boolean, seconds: number) => told.push(['keepalive', on, seconds]),
      },
    });
    const ofEach = [spyOn(Socket.prototype, 'setNoDelay'), spyOn(Socket.prototype, 'setKeepAlive')];
    accept(other);
    await connect();
    expect(told).toEqual([
      ['without delay', true],
      ['keepalive', true, 5],
    ]);
    for (const method of ofEach) expect(method).not.toHaveBeenCalled();
  });

  it('counts its sockets, so that the server closes with the last one', async () => {
    const { socket } = await connect();
    expect(await connections()).toBe(1);
    let closed = false;
    const closing = once(server.close(), 'close').then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBeFalse();
    socket.destroy();
    await closing;
    expect(await connections()).toBe(0);
  });

  it('leaves errors of accepting to Node', () => {
    const errors: NodeJS.ErrnoException[] = [];
    server.on('error', (error) => errors.push(error));
    const listening = (server as unknown as { _handle: { onconnection(error: number): void } })._handle;
    listening.onconnection(-24);
    expect(errors.map(({ code, syscall }) => [code, syscall])).toEqual([['EMFILE', 'accept']]);
  });

  it("leaves a server alone that doesn't listen", () => {
    expect(() => accept(createServer())).not.toThrow();
  });
});

const connections = () =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
