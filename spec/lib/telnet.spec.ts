import { once } from 'node:events';
import net from 'node:net';
import { firstValueFrom, lastValueFrom, type Subscription } from 'rxjs';
import { REPLY_BUDGET } from '../../lib/negotiator.js';
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

/** Resolves when something the caller typed has come as far as the socket, whoever reads it. */
async function arrived(socket: net.Socket): Promise<void> {
  while (socket.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
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

  it('loses nothing when the next listener comes in the middle of what was sent at once', async () => {
    const { caller, connection } = await connect();
    const first = await new Promise<string>((resolve) => {
      const subscription = connection.input$.subscribe((bytes) => {
        subscription.unsubscribe();
        resolve(Buffer.from(bytes).toString());
      });
      caller.says(Uint8Array.of(97, IAC, 241, 98, IAC, 241, 99, IAC));
      caller.socket.end(Uint8Array.of(241, 100));
    });
    const second = read(connection);
    await second.end;

    expect(first).toBe('a');
    expect(second.typed()).toBe('bcd');
  });

  it('reads nothing while it is paused, and nothing for nobody', async () => {
    const { caller, socket, connection } = await connect();
    const first = read(connection);
    await caller.hears(latin1(...OFFERS));
    connection.pause();
    caller.says('while paused');
    await arrived(socket);
    expect(first.typed()).toBe('');

    first.subscription.unsubscribe();
    connection.resume();
    expect(socket.isPaused()).toBe(true);
    caller.socket.end();
    const second = read(connection);
    await second.end;

    expect(first.typed()).toBe('');
    expect(second.typed()).toBe('while paused');
  });

  it('reads on when it is resumed', async () => {
    const { caller, socket, connection } = await connect();
    const { typed, end } = read(connection);
    await caller.hears(latin1(...OFFERS));
    connection.pause();
    caller.says('while paused');
    await arrived(socket);

    connection.resume();
    caller.socket.end();
    await end;

    expect(typed()).toBe('while paused');
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
    await arrived(socket);

    connection.write('goodbye');
    connection.close();
    connection.close();
    connection.write('too late');

    expect(await caller.gone).toBe('goodbye');
    await firstValueFrom(connection.closed$, { defaultValue: null });
  });

  for (const [name, command] of Object.entries({
    negotiation: [IAC, DO, 99],
    'an "are you there?"': [IAC, AYT],
  })) {
    it(`sends its last words whole, though ${name} came with the words that ended the call`, async () => {
      const { caller, connection } = await connect();
      const goodbye = 'goodbye'.repeat(2_000_000);
      let heard = '';
      connection.input$.subscribe((bytes) => {
        heard += Buffer.from(bytes).toString();
        connection.write(goodbye);
        connection.close();
      });

      caller.says(Uint8Array.of(...Buffer.from('/quit\r\n'), ...command, ...Buffer.from('more')));
      const all = await caller.gone;

      expect(all.length).toBe(OFFERS.length + goodbye.length);
      expect(heard).toBe('/quit\r\n');
    });
  }

  it('reads on to the end of the line once it is closing, whoever pauses it', async () => {
    const { caller, connection } = await connect();
    read(connection);
    connection.close();
    connection.pause();

    caller.socket.end('x'.repeat(3_000_000));

    await firstValueFrom(connection.closed$, { defaultValue: null });
    expect(await caller.gone).toBe(latin1(...OFFERS));
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
    expect(await lastValueFrom(connection.terminal$)).toBe(connection.terminal);
  });

  it('gives back what a listener took: when it leaves, nobody hears of the window or the end any more', async () => {
    const { caller, socket, connection } = await connect();
    const before = socket.listenerCount('close');
    const seen: Terminal[] = [];
    const subscription = connection.closed$.subscribe();
    subscription.add(connection.terminal$.subscribe((terminal) => seen.push(terminal)));
    subscription.unsubscribe();

    const { end } = read(connection);
    caller.socket.end(Uint8Array.of(IAC, DO, ECHO));
    await end;

    expect(connection.terminal.echo).toBe(true);
    expect(seen.length).toBe(1);
    expect(socket.listenerCount('close')).toBe(before);
  });

  it('offers nothing to a caller who hung up before anybody listened', async () => {
    const { caller, socket, connection } = await connect();
    caller.socket.end();
    await once(socket, 'end');

    expect(await read(connection).end).toBe('completed');
    expect(socket.bytesWritten).toBe(0);
  });

  it('completes at once for a line that was gone before', async () => {
    const { caller, socket } = await connect();
    socket.destroy();
    await caller.gone;
    while (!socket.closed) await new Promise((resolve) => setImmediate(resolve));
    const connection = telnet(socket);

    expect(await read(connection).end).toBe('completed');
    await firstValueFrom(connection.closed$, { defaultValue: null });
    expect(await lastValueFrom(connection.terminal$)).toEqual({ columns: 80, rows: 24, echo: false });
  });

  it('answers whether it is there', async () => {
    const { caller, connection } = await connect();
    read(connection);

    caller.says(Uint8Array.of(IAC, AYT));

    expect(await caller.hears('[Yes]\r\n')).toContain('[Yes]');
  });

  it('gives up a caller who never stops asking whether it is there', async () => {
    const { caller, connection } = await connect();
    const { end } = read(connection);

    caller.says(Buffer.from(new Array(2000).fill([IAC, AYT]).flat()));

    expect(await end).toEqual(jasmine.objectContaining({ reason: 'protocol' }));
    connection.close();
    expect((await caller.gone).length).toBe(OFFERS.length + REPLY_BUDGET * '[Yes]\r\n'.length);
  });

  it('remembers the abuse of a caller to whom nobody listened at that moment', async () => {
    const { caller, connection } = await connect();
    const left = new Promise<void>((resolve) => {
      const subscription = connection.input$.subscribe(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
    caller.says(Buffer.from([97, ...new Array(2000).fill([IAC, DO, 99]).flat(), 98]));
    await left;

    const { typed, end } = read(connection);

    expect(await end).toEqual(jasmine.objectContaining({ reason: 'protocol' }));
    expect(typed()).toBe('');
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
