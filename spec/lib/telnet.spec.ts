import { once } from 'node:events';
import net from 'node:net';
import { firstValueFrom, type Subscription } from 'rxjs';
import { telnet } from '../../lib/telnet.js';
import { SessionEnd } from '../../streams/session-end.js';
import type { Connection, Terminal } from '../../streams/types.js';
import { type Caller, call } from '../support/caller.js';

const [IAC, WILL, DO, DONT, SB, SE, AYT] = [255, 251, 253, 254, 250, 240, 246];
const [ECHO, SGA, NAWS] = [1, 3, 31];
const OFFERS = [IAC, WILL, ECHO, IAC, WILL, SGA, IAC, DO, NAWS];

const latin1 = (...bytes: number[]) => String.fromCharCode(...bytes);

let server: net.Server;
const callers: Caller[] = [];
const sockets: net.Socket[] = [];

/** A caller, and the connection that the board has of it. */
async function connect(): Promise<{ caller: Caller; socket: net.Socket; connection: Connection }> {
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const caller = await call((server.address() as net.AddressInfo).port);
  callers.push(caller);
  const [socket] = await accepted;
  sockets.push(socket);
  return { caller, socket, connection: telnet(socket) };
}

/** Collects what a connection's caller types, until its line ends. */
function read({ input$ }: Connection): {
  subscription: Subscription;
  typed: () => string;
  end: Promise<unknown>;
} {
  let typed = '';
  let subscription: Subscription | undefined;
  const end = new Promise((resolve) => {
    subscription = input$.subscribe({
      next: (bytes) => {
        typed += Buffer.from(bytes).toString('latin1');
      },
      error: resolve,
      complete: () => resolve('completed'),
    });
  });
  return { subscription: subscription as Subscription, typed: () => typed, end };
}

describe('telnet', () => {
  beforeEach(async () => {
    server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.hangUp();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('says nothing before it is listened to, then makes its offers', async () => {
    const { caller, socket, connection } = await connect();
    expect(socket.bytesWritten).toBe(0);

    read(connection);

    expect(await caller.hears(latin1(...OFFERS))).toBe(latin1(...OFFERS));
  });

  it('makes its offers once, however often it is listened to, and loses nothing in between', async () => {
    const { caller, connection } = await connect();
    const first = read(connection);
    await caller.hears(latin1(...OFFERS));
    first.subscription.unsubscribe();
    caller.says('typed meanwhile');
    caller.socket.end();

    const second = read(connection);

    expect(await second.end).toBe('completed');
    expect(second.typed()).toBe('typed meanwhile');
    connection.close();
    expect(await caller.gone).toBe(latin1(...OFFERS));
  });

  it('hands on what is typed, without the commands in it', async () => {
    const { caller, connection } = await connect();
    const { typed, end } = read(connection);

    caller.says(Uint8Array.of(97, IAC, 241, 98, IAC, IAC, 99, IAC, DO, ECHO));
    caller.socket.end();
    await end;

    expect(typed()).toBe('ab\xffc');
  });

  it('completes at a hang-up and at a reset, and for whoever listens after it', async () => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const { caller, connection } = await connect();
      const { end } = read(connection);
      caller.socket[leave]();
      expect(await end).toBe('completed');

      expect(await read(connection).end).toBe('completed');
      connection.destroy();
      await firstValueFrom(connection.closed$, { defaultValue: null });
    }
  });

  it("writes a newline as CR LF, leaves one that is there alone, and doubles a byte's 0xFF", async () => {
    const { caller, connection } = await connect();
    connection.write('one\ntwo\r\né\n');
    connection.write(Uint8Array.of(1, 255, 10));
    connection.close();

    expect(await caller.gone).toBe(`one\r\ntwo\r\n${Buffer.from('é').toString('latin1')}\r\n\x01\xff\xff\n`);
  });

  it('sends what was written before it closes, though the caller typed what nobody read', async () => {
    const { caller, socket, connection } = await connect();
    caller.says('x'.repeat(10_000));
    while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));

    connection.write('goodbye');
    connection.close();
    connection.close();
    connection.write('too late');

    expect(await caller.gone).toBe('goodbye');
    await firstValueFrom(connection.closed$, { defaultValue: null });
  });

  it('counts what it has sent and received, also when the line is gone', async () => {
    const { caller, connection } = await connect();
    const { end } = read(connection);
    caller.says('hello');
    caller.socket.end();
    await end;
    connection.write('hi');
    connection.close();
    await caller.gone;
    await firstValueFrom(connection.closed$, { defaultValue: null });

    expect(connection.bytesIn).toBe(5);
    expect(connection.bytesOut).toBe(OFFERS.length + 2);
    expect(connection.backlog).toBe(0);
  });

  it('has a backlog when the caller does not read, and destroys it at once', async () => {
    const { caller, connection } = await connect();
    caller.socket.pause();
    connection.write('x'.repeat(50_000_000));
    expect(connection.backlog).toBeGreaterThan(1_000_000);

    connection.destroy();
    connection.write('too late');

    await firstValueFrom(connection.closed$, { defaultValue: null });
    await firstValueFrom(connection.closed$, { defaultValue: null });
    caller.socket.resume();
    expect((await caller.gone).length).toBeLessThan(50_000_000);
  });

  it('knows the window and the echo: at first, at each change, and to the end', async () => {
    const { caller, connection } = await connect();
    const seen: Terminal[] = [];
    let completed = false;
    connection.terminal$.subscribe({
      next: (terminal) => seen.push(terminal),
      complete: () => {
        completed = true;
      },
    });
    const { end } = read(connection);

    caller.says(Uint8Array.of(IAC, DO, ECHO, IAC, WILL, NAWS, IAC, SB, NAWS, 0, 100, 0, 40, IAC, SE));
    caller.says(
      Uint8Array.of(
        IAC,
        SB,
        NAWS,
        0,
        100,
        0,
        40,
        IAC,
        SE,
        IAC,
        SB,
        NAWS,
        255,
        255,
        255,
        255,
        0,
        0,
        IAC,
        SE,
        IAC,
        DONT,
        ECHO,
      ),
    );
    caller.socket.end();
    await end;
    connection.destroy();
    await firstValueFrom(connection.closed$, { defaultValue: null });

    expect(seen).toEqual([
      { columns: 80, rows: 24, echo: false },
      { columns: 80, rows: 24, echo: true },
      { columns: 100, rows: 40, echo: true },
      { columns: 1000, rows: 24, echo: true },
      { columns: 1000, rows: 24, echo: false },
    ]);
    expect(connection.terminal).toEqual({ columns: 1000, rows: 24, echo: false });
    expect(completed).toBe(true);
  });

  it('answers whether it is there', async () => {
    const { caller, connection } = await connect();
    read(connection);

    caller.says(Uint8Array.of(IAC, AYT));

    expect(await caller.hears('[Yes]\r\n')).toContain('[Yes]');
  });

  it('gives up a caller who never stops negotiating, and does not answer any more', async () => {
    const { caller, connection } = await connect();
    const { end } = read(connection);

    caller.says(Buffer.from(new Array(2000).fill([IAC, DO, 99]).flat()));

    const ending = await end;
    expect(ending).toBeInstanceOf(SessionEnd);
    expect((ending as SessionEnd).reason).toBe('protocol');
    expect(await read(connection).end).toBe(ending as never);
    connection.close();
    expect((await caller.gone).length).toBeLessThan(1000);
  });

  for (const [name, hostile] of Object.entries({
    'a window size without its size': [IAC, SB, NAWS, IAC, SE],
    'a GMCP message without a dot': [IAC, SB, 201, 120, IAC, SE],
    'a GMCP message with broken JSON': [IAC, SB, 201, 97, 46, 98, 32, 123, IAC, SE],
    '5,000 bytes without a newline': new Array(5000).fill(120),
  })) {
    it(`is unharmed by ${name}, which ends a process that takes telnetlib as it is`, async () => {
      const { caller, connection } = await connect();
      const { typed, end } = read(connection);

      caller.says(Uint8Array.of(IAC, WILL, NAWS, ...hostile));
      caller.says('still here');
      caller.socket.end();

      expect(await end).toBe('completed');
      expect(typed()).toMatch(/still here$/);
    });
  }
});
