import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { accept } from '../../../../lib/transports/tcp/accept.js';
import { arrived, type Caller, call } from '../../../support/caller.js';
import { ofEitherKind } from '../../../support/stock-sockets.js';

let server: Server;
const callers: Caller[] = [];
const sockets: Socket[] = [];

const port = () => (server.address() as AddressInfo).port;

/** A caller and the accepted socket, before anything is read. */
async function connect(): Promise<{ caller: Caller; socket: Socket }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const caller = await call(port());
  const [socket] = await accepted;
  callers.push(caller);
  sockets.push(socket);
  socket.pause();
  return { caller, socket };
}

/** The next chunk of a socket: its buffer, and a copy of its text. */
function heard(socket: Socket): Promise<{ memory: ArrayBufferLike; said: string }> {
  return new Promise((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve({ memory: bytes.buffer, said: bytes.toString('latin1') }));
    socket.resume();
  });
}

describe('accept', () => {
  it("leaves the server as it is if the environment asks for Node's sockets", () => {
    expect(isReplaced({ STOCK_SOCKETS: '1' })).toBeFalse();
    expect(isReplaced({ STOCK_SOCKETS: '0' })).toBeTrue();
    expect(isReplaced({})).toBeTrue();
  });

  it('leaves the server as it is if Node lacks what it needs', () => {
    for (const lacking of ['setNoDelay', 'setKeepAlive'])
      expect(isReplaced({}, { [lacking]: undefined }))
        .withContext(lacking)
        .toBeFalse();
  });

  ofEitherKind((isOurs) => {
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

    it(`makes ${isOurs ? 'all sockets read into the same buffer' : 'each socket read into its own'}`, async () => {
      const [ann, bob] = [await connect(), await connect()];
      ann.caller.says('ann');
      const first = await heard(ann.socket);
      bob.caller.says('bobby');
      const second = await heard(bob.socket);
      expect([first.said, second.said]).toEqual(['ann', 'bobby']);
      if (isOurs) expect(first.memory.byteLength).toBe(64 * 1024);
      expect(first.memory === second.memory).toBe(isOurs);
    });

    if (isOurs)
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

    it('drops a connection when the server is full, and tells whose it was', async () => {
      const { caller: inside, socket } = await connect();
      server.maxConnections = 1;
      const dropped = once(server, 'drop');
      const outside = await call(port());
      callers.push(outside);

      expect(await dropped).toEqual([
        Object.assign(Object.create(null), {
          localAddress: '127.0.0.1',
          localPort: port(),
          localFamily: 'IPv4',
          remoteAddress: '127.0.0.1',
          remotePort: outside.socket.localPort,
          remoteFamily: 'IPv4',
        }),
      ]);
      expect(await outside.gone).toBe('');
      expect(await connections()).toBe(1);

      inside.socket.destroy();
      socket.resume();
      socket.destroy();
      await once(socket, 'close');
      await connect();
      expect(await connections()).toBe(1);
    });

    it('publishes its sockets on the channel net.server.socket, after the event', async () => {
      const seen: unknown[] = [];
      const published = (message: unknown) => seen.push((message as { socket: Socket }).socket);
      subscribe('net.server.socket', published);
      server.once('connection', () => seen.push('connection'));
      const { socket } = await connect();
      unsubscribe('net.server.socket', published);

      expect(seen).toEqual(['connection', socket]);
    });
  });
});

const connections = () =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );

/** Whether `accept` replaces the listener of a handle, in this environment. */
function isReplaced(env: NodeJS.ProcessEnv, handle = {}): boolean {
  const theirs = () => {};
  const _handle = { onconnection: theirs, setNoDelay() {}, setKeepAlive() {}, ...handle };
  const before = process.env;
  process.env = env;
  accept(Object.assign(createServer(), { _handle }));
  process.env = before;
  return _handle.onconnection !== theirs;
}
