import { once } from 'node:events';
import net from 'node:net';
import { firstValueFrom, lastValueFrom, map, type Subscription, tap } from 'rxjs';
import { accept } from '../../../../lib/transports/tcp/accept.js';
import { REPLY_BUDGET } from '../../../../lib/transports/telnet/negotiator.js';
import { telnetOver } from '../../../../lib/transports/telnet/telnet-over.js';
import type { Connection, Terminal } from '../../../../streams/types/connection.js';
import { SessionEnd } from '../../../../streams/types/session-end.js';
import { arrived, type Caller, call } from '../../../support/caller.js';
import { collect } from '../../../support/collect.js';
import { bytesOf, wordsOf } from '../../../support/telnet-words.js';

const IAC = 255;

/** Telnet phrases as received text. */
const heardOf = (...phrases: string[]) => Buffer.from(bytesOf(...phrases)).toString('latin1');
/** Received text as telnet phrases. */
const phrasesOf = (heard: string) => wordsOf(Buffer.from(heard, 'latin1'));

const OFFERS = heardOf('WILL ECHO', 'WILL SGA', 'DO NAWS');
/** The last offer to a client that speaks telnet. */
const LAST_OFFER = heardOf('DO TIMING_MARK');

const UNKNOWN: Terminal = {
  columns: 80,
  rows: 24,
  echo: false,
  type: null,
  encoding: 'utf-8',
  colours: false,
  cursor: false,
  screenReader: false,
  links: false,
  pcKeys: false,
};

let server: net.Server;
const callers: Caller[] = [];
const sockets: net.Socket[] = [];

/** A caller, and the board's connection to it. */
async function connect(
  status?: Parameters<typeof telnetOver>[1],
): Promise<{ caller: Caller; socket: net.Socket; connection: Connection }> {
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const caller = await call((server.address() as net.AddressInfo).port);
  callers.push(caller);
  const [socket] = await accepted;
  sockets.push(socket);
  return { caller, socket, connection: telnetOver(socket, status) };
}

/** Collects the input of a connection until its end. */
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
    accept(server);
  });
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.hangUp();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('sends nothing before it is subscribed to, and then its offers', async () => {
    const { caller, socket, connection } = await connect();
    expect(socket.bytesWritten).toBe(0);

    read(connection);

    expect(await caller.hears(OFFERS)).toBe(OFFERS);
  });

  it('makes its offers once, for any number of subscriptions, and loses no input in between', async () => {
    const { caller, connection } = await connect();
    const first = read(connection);
    await caller.hears(OFFERS);
    first.subscription.unsubscribe();
    caller.says('typed meanwhile');
    caller.socket.end();

    const second = read(connection);

    expect(await second.end).toBe('completed');
    expect(second.typed()).toBe('typed meanwhile');
    connection.close();
    expect(await caller.gone).toBe(OFFERS);
  });

  it('emits simultaneous input as one chunk, and loses none between two subscribers', async () => {
    const { caller, connection } = await connect();
    const first = await new Promise<string>((resolve) => {
      const subscription = connection.input$.subscribe((bytes) => {
        subscription.unsubscribe();
        resolve(Buffer.from(bytes).toString());
      });
      caller.says(Uint8Array.of(...bytesOf('"a"', 'NOP', '"b"', 'NOP', '"c"'), IAC));
      caller.socket.end(Uint8Array.of(241, 100));
    });
    const second = read(connection);
    await second.end;

    expect(first).toMatch(/^abc/);
    expect(first + second.typed()).toBe('abcd');
  });

  it('emits input that was put back to the next subscriber, before later input', async () => {
    const { caller, connection } = await connect();
    const first = firstValueFrom(
      connection.input$.pipe(
        tap((bytes) => connection.putBack(bytes.subarray(2))),
        map(String),
      ),
    );
    caller.says('abcd');
    await first;
    caller.socket.end('ef');
    const second = read(connection);
    await second.end;

    expect(second.typed()).toBe('cdef');
  });

  it('keeps unread input, whatever other callers type meanwhile', async () => {
    const { caller, connection } = await connect();
    const first = firstValueFrom(connection.input$.pipe(map((bytes) => Buffer.from(bytes).toString())));
    caller.says(Uint8Array.of(...bytesOf('"a"', 'AYT', '"b"')));
    expect(await first).toBe('a');
    const other = await connect();
    const others = firstValueFrom(other.connection.input$.pipe(map(String)));
    other.caller.says('something else');
    await others;
    caller.socket.end();
    const second = read(connection);
    await second.end;

    expect(second.typed()).toBe('b');
  });

  it('reads nothing during a pause or without a subscriber', async () => {
    const { caller, socket, connection } = await connect();
    const first = read(connection);
    await caller.hears(OFFERS);
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

  it('continues to read when resumed', async () => {
    const { caller, socket, connection } = await connect();
    const { typed, end } = read(connection);
    await caller.hears(OFFERS);
    connection.pause();
    caller.says('while paused');
    await arrived(socket);

    connection.resume();
    caller.socket.end();
    await end;

    expect(typed()).toBe('while paused');
  });

  it('emits input without the commands in it', async () => {
    const { caller, connection } = await connect();
    const { typed, end } = read(connection);

    caller.says(bytesOf('"a"', 'NOP', '"b\u00ffc"', 'DO ECHO'));
    caller.socket.end();
    await end;

    expect(typed()).toBe('ab\xffc');
  });

  it('emits CR NUL as CR, wherever the packets are cut, unless the client agreed to BINARY', async () => {
    const { socket, connection } = await connect();
    const { typed } = read(connection);
    for (const packet of ['\0a\r\0b\r', '\0', '\r\n\0\r']) socket.emit('data', Buffer.from(packet));
    socket.emit(
      'data',
      bytesOf('"\\u0000\\r"', 'WILL BINARY', '"\\u0000\\r\\u0000"', 'WONT BINARY', '"\\r\\u0000"'),
    );
    expect(typed()).toBe('\0a\rb\r\r\n\0\r\r\0\r\0\r');
  });

  it('completes at a hang-up and at a reset, for later subscribers too', async () => {
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

  it('sends a newline as CR LF, keeps an existing CR LF, and doubles the byte 0xFF', async () => {
    const { caller, connection } = await connect();
    connection.write('one\ntwo\r\né\n');
    connection.write(Uint8Array.of(1, 255, 10));
    connection.close();

    expect(await caller.gone).toBe(`one\r\ntwo\r\n${Buffer.from('é').toString('latin1')}\r\n\x01\xff\xff\n`);
  });

  it('sends pending output before it closes, also with unread input', async () => {
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
    negotiation: 'DO 99',
    'an "are you there?"': 'AYT',
  })) {
    it(`sends its last output whole, though ${name} came with the input that ended the session`, async () => {
      const { caller, connection } = await connect();
      const goodbye = 'goodbye'.repeat(2_000_000);
      let heard = '';
      connection.input$.subscribe((bytes) => {
        heard += Buffer.from(bytes).toString();
        connection.write(goodbye);
        connection.close();
      });

      caller.says(bytesOf('"/quit\\r\\n"', command, '"more"'));
      const all = await caller.gone;

      expect(all.length).toBe(OFFERS.length + goodbye.length);
      expect(heard).toBe('/quit\r\n');
    });
  }

  it('reads and discards input while closing, even during a pause', async () => {
    const { caller, connection } = await connect();
    read(connection);
    connection.close();
    connection.pause();

    caller.socket.end('x'.repeat(3_000_000));

    await firstValueFrom(connection.closed$, { defaultValue: null });
    expect(await caller.gone).toBe(OFFERS);
  });

  it('counts the bytes sent and received, also after the connection is closed', async () => {
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

  it("has a backlog while the caller doesn't read, and drops it when destroyed", async () => {
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

  it('queues unread output in one buffer, for any number of small writes, and loses none', async () => {
    const { caller, socket, connection } = await connect();
    caller.socket.pause();
    const first = 'x'.repeat(20_000_000);
    connection.write(first);
    const writes = spyOn(socket, 'write').and.callThrough();
    const before = connection.backlog;
    for (let count = 0; count < 10_000; count += 1)
      connection.write(count % 2 === 0 ? 'a' : Uint8Array.of(255));
    // The byte 255 is doubled.
    expect(connection.backlog).toBe(before + 15_000);
    expect(writes).toHaveBeenCalledTimes(1);
    connection.close();
    expect(writes).toHaveBeenCalledTimes(2);

    caller.socket.resume();
    const all = await caller.gone;
    expect(all.length).toBe(first.length + 15_000);
    expect(all.endsWith('a\xff\xffa\xff\xff')).toBeTrue();
  });

  it('sends queued output when the caller reads again, and emits drained$', async () => {
    const { caller, connection } = await connect();
    caller.socket.pause();
    connection.write('x'.repeat(20_000_000));
    connection.write('the last of it');
    let isDrained = false;
    const drained = new Promise<void>((resolve) => {
      connection.drained$.subscribe({
        complete() {
          isDrained = true;
          resolve();
        },
      });
    });
    await Promise.resolve();
    expect(isDrained).toBe(false);
    caller.socket.resume();
    await drained;
    expect(connection.backlog).toBe(0);
    await caller.hears('the last of it');
  });

  it('reports the window, the echo and the terminal: at first, at each change, and to the end', async () => {
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

    // Separate chunks: each is sent after the answer to the one before.
    let chunks = 0;
    for (const chunk of [
      bytesOf('DO ECHO', 'WILL NAWS', 'SB NAWS 0 100 0 40', 'SB NAWS 0 100 0 40', 'AYT'),
      bytesOf('SB NAWS 255 255 255 255', 'SB NAWS 255 255 0 0', 'WILL TTYPE', 'AYT'),
      bytesOf('SB TTYPE 0 "SyncTERM"', 'DONT ECHO', 'AYT'),
    ]) {
      caller.says(chunk);
      chunks += 1;
      await caller.hears(new RegExp(`(?:\\[Yes\\][^]*){${chunks}}`));
    }
    caller.socket.end();
    await end;
    connection.destroy();
    await firstValueFrom(connection.closed$, { defaultValue: null });

    const colours = { colours: true, cursor: true, pcKeys: true };
    const syncterm = { columns: 1000, rows: 24, type: 'SyncTERM', encoding: 'cp437', ...colours } as const;
    expect(seen).toEqual([
      UNKNOWN,
      { ...UNKNOWN, echo: true },
      { ...UNKNOWN, echo: true, columns: 100, rows: 40 },
      // Only the last of several sizes in a chunk.
      { ...UNKNOWN, echo: true, columns: 1000, rows: 24 },
      { ...UNKNOWN, ...syncterm, echo: true },
      { ...UNKNOWN, ...syncterm, echo: false },
    ]);
    expect(connection.terminal).toEqual(seen.at(-1) as Terminal);
    expect(completed).toBe(true);
    expect(await lastValueFrom(connection.terminal$)).toBe(connection.terminal);
  });

  it('removes its listeners when unsubscribed', async () => {
    const { caller, socket, connection } = await connect();
    const before = socket.listenerCount('close');
    const seen: Terminal[] = [];
    const subscription = connection.closed$.subscribe();
    subscription.add(connection.terminal$.subscribe((terminal) => seen.push(terminal)));
    subscription.unsubscribe();

    const { end } = read(connection);
    caller.socket.end(bytesOf('DO ECHO'));
    await end;

    expect(connection.terminal.echo).toBe(true);
    expect(seen.length).toBe(1);
    expect(socket.listenerCount('close')).toBe(before);
  });

  it('keeps no subscriber to closed$ that has left, once the next one comes', async () => {
    const { connection } = await connect();
    const subscribed = () => new WeakRef(connection.closed$.subscribe());
    const left = [subscribed(), subscribed(), subscribed()];
    for (const subscription of left) subscription.deref()?.unsubscribe();
    connection.closed$.subscribe();

    await collect();

    expect(left.map((subscription) => subscription.deref())).toEqual([undefined, undefined, undefined]);
  });

  it('offers nothing to a caller who hung up before it is subscribed to', async () => {
    const { caller, socket, connection } = await connect();
    caller.socket.end();
    await once(socket, 'end');

    expect(await read(connection).end).toBe('completed');
    expect(socket.bytesWritten).toBe(0);
  });

  it('completes at once for a connection that is already closed', async () => {
    const { caller, socket } = await connect();
    socket.destroy();
    await caller.gone;
    while (!socket.closed) await new Promise((resolve) => setImmediate(resolve));
    const connection = telnetOver(socket);

    expect(await read(connection).end).toBe('completed');
    await firstValueFrom(connection.closed$, { defaultValue: null });
    expect(await lastValueFrom(connection.terminal$)).toEqual(UNKNOWN);
  });

  it('answers AYT', async () => {
    const { caller, connection } = await connect();
    read(connection);

    caller.says(bytesOf('AYT'));

    expect(await caller.hears('[Yes]\r\n')).toContain('[Yes]');
  });

  it('gives up on a caller who never stops sending AYT', async () => {
    const { caller, socket, connection } = await connect();
    const { end } = read(connection);

    socket.emit('data', bytesOf(...new Array(100).fill('AYT')));
    socket.emit('data', bytesOf(...new Array(2000).fill('AYT')));

    expect(await end).toEqual(jasmine.objectContaining({ reason: 'protocol' }));
    connection.close();
    // One answer for a whole packet.
    expect(await caller.gone).toBe(`${OFFERS}${'[Yes]\r\n'.repeat(2)}`);
  });

  it('resets a caller who never stops sending while it closes', async () => {
    const { caller, socket, connection } = await connect();
    read(connection);
    connection.close();

    caller.says(Buffer.alloc(8 * 1024 * 1024, 'x'));

    await caller.gone;
    expect(socket.bytesRead).toBeLessThan(2 * 1024 * 1024);
  });

  it('stops reading from a caller who never stops, after it has hung up', async () => {
    const { caller, socket, connection } = await connect();
    const { end } = read(connection);
    caller.says(Buffer.alloc(16 * 1024 * 1024, bytesOf('DO 99')));
    await end;

    connection.close();
    connection.resume();

    expect(socket.isPaused()).toBe(true);
    expect(socket.bytesRead).toBeLessThan(1024 * 1024);
  });

  it("remembers a caller's abuse without a subscriber", async () => {
    const { caller, connection } = await connect();
    const left = new Promise<void>((resolve) => {
      const subscription = connection.input$.subscribe(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
    caller.says(bytesOf('"a"', ...new Array(2000).fill('DO 99'), '"b"'));
    await left;

    const { typed, end } = read(connection);

    expect(await end).toEqual(jasmine.objectContaining({ reason: 'protocol' }));
    expect(typed()).toBe('');
  });

  it('gives up on a caller who never stops negotiating, and stops answering', async () => {
    const { caller, connection } = await connect();
    const { end } = read(connection);

    caller.says(bytesOf(...new Array(2000).fill('DO 99')));

    const ending = await end;
    expect(ending).toBeInstanceOf(SessionEnd);
    expect((ending as SessionEnd).reason).toBe('protocol');
    expect(await read(connection).end).toBe(ending as never);
    connection.close();
    expect((await caller.gone).length).toBeLessThan(1000);
  });

  for (const [name, hostile] of Object.entries({
    'a window size without its size': bytesOf('SB NAWS'),
    'a GMCP message without a dot': bytesOf('DO GMCP', 'SB GMCP "x"'),
    'a GMCP message with broken JSON': bytesOf('DO GMCP', 'SB GMCP "a.b {"'),
    '5,000 bytes without a newline': bytesOf(`"${'x'.repeat(5000)}"`),
  })) {
    it(`survives ${name}, which crashes a process with bare telnetlib`, async () => {
      const { caller, connection } = await connect();
      const { typed, end } = read(connection);

      caller.says(Buffer.concat([bytesOf('WILL NAWS'), hostile]));
      caller.says('still here');
      caller.socket.end();

      expect(await end).toBe('completed');
      expect(typed()).toMatch(/still here$/);
    });
  }

  describe('telnet commands for keys (RFC 854)', () => {
    for (const [command, key] of [
      ['IP', '\x03'],
      ['BRK', '\x03'],
      ['EC', '\b'],
      ['EL', '\x15'],
    ] as const) {
      it(`emits ${JSON.stringify(key)} for ${command}`, async () => {
        const { caller, connection } = await connect();
        const { typed, end } = read(connection);

        caller.socket.end(bytesOf('"a"', command, '"b"'));
        await end;

        expect(typed()).toBe(`a${key}b`);
      });
    }

    for (const command of ['AO', 'GA', 'NOP', 'DM', 'EOR', 'SE']) {
      it(`emits nothing for ${command}, and does nothing`, async () => {
        const { caller, connection } = await connect();
        const { typed, end } = read(connection);

        caller.socket.end(bytesOf('"a"', command, '"b"'));
        await end;
        connection.close();

        expect(typed()).toBe('ab');
        expect(await caller.gone).toBe(OFFERS);
      });
    }

    for (const [name, first] of Object.entries({ 'FF F7': 'EC', 'FF F8': 'EL' })) {
      it(`survives ${name} as the first input (CVE-2022-39028)`, async () => {
        const { caller, connection } = await connect();
        const { typed, end } = read(connection);

        caller.socket.end(bytesOf(first, '"still here"'));

        expect(await end).toBe('completed');
        expect(typed()).toMatch(/still here$/);
      });
    }
  });

  describe('sending', () => {
    it('answers a chunk with one write, for any amount of output', async () => {
      const { socket, connection } = await connect();
      connection.input$.subscribe((bytes) => {
        for (const letter of Buffer.from(bytes).toString()) {
          connection.write(letter);
          connection.write(`, as you said ${letter}\n`);
        }
      });
      const writes = spyOn(socket, 'write').and.callThrough();

      socket.emit('data', Buffer.from('abc'));

      expect(writes).toHaveBeenCalledTimes(1);
    });

    it('counts the pending output of the current chunk, and sends it before it closes', async () => {
      const { caller, socket, connection } = await connect();
      const backlogs: number[] = [];
      connection.input$.subscribe(() => {
        const before = connection.bytesOut;
        connection.write('goodbye');
        backlogs.push(connection.backlog, connection.bytesOut - before);
        connection.close();
      });

      socket.emit('data', Buffer.from('x'));

      expect(backlogs).toEqual([jasmine.any(Number), 7]);
      expect(backlogs[0]).toBeGreaterThanOrEqual(7);
      expect(await caller.gone).toBe(`${OFFERS}goodbye`);
    });

    it("doesn't count output after the connection is closed", async () => {
      const { socket, connection } = await connect();
      connection.input$.subscribe(() => {
        socket.destroy();
        connection.write('too late');
      });
      socket.emit('data', Buffer.from('x'));
      const before = connection.bytesOut;
      connection.write('and later still');
      expect(connection.bytesOut).toBe(before);
      expect(before).toBe(OFFERS.length);
      expect(connection.backlog).toBeGreaterThan(0);
    });

    it('delays at most 64 KiB of output', async () => {
      const { socket, connection } = await connect();
      const writes = spyOn(socket, 'write').and.callThrough();
      connection.input$.subscribe(() => {
        writes.calls.reset();
        for (let count = 0; count < 65; count += 1) connection.write(`${'x'.repeat(1023)}\n`);
        expect(writes).toHaveBeenCalledTimes(1);
      });

      socket.emit('data', Buffer.from('x'));
      expect(connection.backlog).toBeLessThan(70_000);
    });

    it('keeps text, bytes and answers in order', async () => {
      const { caller, socket, connection } = await connect();
      connection.input$.subscribe((bytes) => {
        connection.write(`text ${Buffer.from(bytes)} `);
        connection.write(Buffer.from('bytes '));
      });

      socket.emit('data', bytesOf('WONT 99', '"a"', 'DO 99', '"b"', 'AYT'));
      connection.close();

      const heard = phrasesOf(await caller.gone);
      expect(heard.slice(heard.indexOf('DO TIMING_MARK') + 1)).toEqual([
        '"text a bytes "',
        'WONT 99',
        '"text b bytes [Yes]\\r\\n"',
      ]);
    });

    it("sends output at once that isn't caused by input", async () => {
      const { caller, connection } = await connect();
      read(connection);
      connection.write('news');

      expect(await caller.hears('news')).toBe(`${OFFERS}news`);
    });
  });

  describe('drained$', () => {
    it('completes at once without a backlog', async () => {
      const { connection } = await connect();
      const drained = jasmine.createSpy('drained');

      connection.drained$.subscribe({ complete: drained });

      expect(drained).toHaveBeenCalledTimes(1);
    });

    it('completes when a large backlog is sent, and not before', async () => {
      const { caller, connection } = await connect();
      caller.socket.pause();
      connection.write('x'.repeat(20_000_000));
      const backlogs: number[] = [];
      const drained = new Promise<void>((resolve) => {
        connection.drained$.subscribe({
          complete() {
            backlogs.push(connection.backlog);
            resolve();
          },
        });
      });
      expect(backlogs).toEqual([]);

      caller.socket.resume();
      await drained;

      expect(backlogs).toEqual([0]);
    });

    it('completes for output of the current chunk', async () => {
      const { caller, socket, connection } = await connect();
      const order: string[] = [];
      const drained = new Promise<void>((resolve) => {
        connection.input$.subscribe(() => {
          connection.write('a little');
          connection.drained$.subscribe({
            complete() {
              order.push('drained');
              resolve();
            },
          });
          order.push('subscribed');
        });
      });

      socket.emit('data', Buffer.from('x'));
      await drained;

      expect(order).toEqual(['subscribed', 'drained']);
      expect(await caller.hears('a little')).toContain('a little');
    });

    it('completes when the connection is reset, and for a closed one', async () => {
      const { caller, connection } = await connect();
      caller.socket.pause();
      connection.write('x'.repeat(20_000_000));
      const cut = firstValueFrom(connection.drained$, { defaultValue: 'completed' });

      connection.destroy();

      expect((await cut) as unknown).toBe('completed');
      await firstValueFrom(connection.closed$, { defaultValue: null });
      expect((await firstValueFrom(connection.drained$, { defaultValue: 'completed' })) as unknown).toBe(
        'completed',
      );
    });

    it('notifies no subscriber that has unsubscribed', async () => {
      const { caller, connection } = await connect();
      caller.socket.pause();
      connection.write('x'.repeat(5_000_000));
      const drained = jasmine.createSpy('drained');
      connection.drained$.subscribe({ complete: drained }).unsubscribe();

      caller.socket.resume();
      await firstValueFrom(connection.drained$, { defaultValue: null });

      expect(drained).not.toHaveBeenCalled();
    });
  });

  describe('with CP437', () => {
    const SYNCTERM = bytesOf('WILL TTYPE', 'SB TTYPE 0 "syncterm"');

    it('sends CP437, and a ? for any other letter', async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write('é░█ 漢 👩‍👩‍👧‍👦 e\u0301\n');
      connection.close();

      expect(await caller.gone).toBe('\x82\xb0\xdb ? ? \x82\r\n');
    });

    it('doubles the no-break space, which is the byte 0xFF', async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write('a\u00a0b');
      connection.close();

      expect(await caller.gone).toBe('a\xff\xffb');
    });

    it("sends an app's bytes unchanged", async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write(Uint8Array.of(0xc3, 0xa9, 0x0a));
      connection.close();

      expect(await caller.gone).toBe('\xc3\xa9\n');
    });

    it("switches when the client's terminal is known", async () => {
      const { caller, socket, connection } = await connect();
      read(connection);
      connection.write('é');

      socket.emit('data', SYNCTERM);
      connection.write('é');
      connection.close();

      const text = phrasesOf(await caller.gone).filter((phrase) => phrase.startsWith('"'));
      expect(text).toEqual(['"Ã©"', '"\x82"']);
    });

    it('switches when the caller chooses it, but not for earlier output', async () => {
      const { caller, socket, connection } = await connect();
      connection.input$.subscribe(() => {
        connection.write('é');
        connection.setEncoding('cp437');
        connection.write('é');
        connection.setEncoding('utf-8');
        connection.write('é');
      });

      socket.emit('data', Buffer.from('x'));
      connection.close();

      expect(await caller.gone).toBe(`${OFFERS}\xc3\xa9\x82\xc3\xa9`);
    });

    it("reports the caller's choice, which the client can't change any more", async () => {
      const { socket, connection } = await connect();
      read(connection);
      const seen: string[] = [];
      connection.terminal$.subscribe(({ encoding, type }) => seen.push(`${type} ${encoding}`));
      connection.setEncoding('cp437');
      connection.setEncoding('utf-8');

      socket.emit('data', SYNCTERM);
      socket.emit('data', bytesOf('DO CHARSET', 'SB CHARSET 2 "CP437"'));

      expect(seen).toEqual(['null utf-8', 'null cp437', 'null utf-8', 'syncterm utf-8']);
    });

    it("lets the client choose by CHARSET before its terminal's name", async () => {
      const { socket, connection } = await connect();
      read(connection);

      socket.emit('data', SYNCTERM);
      expect(connection.terminal.encoding).toBe('cp437');
      socket.emit('data', bytesOf('DO CHARSET', 'SB CHARSET 2 "UTF-8"'));

      expect(connection.terminal.encoding).toBe('utf-8');
    });
  });

  describe('after a prompt', () => {
    /** Returns the output that a caller receives after this input. */
    async function hears(phrases: string[], ...outputs: (string | Uint8Array)[]): Promise<string[]> {
      const { caller, socket, connection } = await connect();
      read(connection);
      socket.emit('data', bytesOf(...phrases));
      for (const output of outputs) connection.write(output);
      connection.close();
      const heard = await caller.gone;
      const offers = phrases.length > 0 ? LAST_OFFER : OFFERS;
      return phrasesOf(heard.slice(heard.lastIndexOf(offers) + offers.length));
    }

    it('sends an EOR to a client that wants one and has local echo', async () => {
      expect(await hears(['DONT ECHO', 'DO EOR'], 'Handle: ')).toEqual(['"Handle: "', 'EOR']);
    });

    it('sends a GA to a client that refuses to suppress it', async () => {
      expect(await hears(['DONT ECHO', 'DONT SGA'], 'Handle: ')).toEqual(['"Handle: "', 'GA']);
    });

    it('sends the mark also to a client with our echo, since it asked for it', async () => {
      expect(await hears(['DO ECHO', 'DO EOR'], 'Handle: ')).toEqual(['"Handle: "', 'EOR']);
      expect(await hears(['DO ECHO', 'DONT SGA'], 'Handle: ')).toEqual(['"Handle: "', 'GA']);
    });

    it('sends no mark after typed text, and one after the prompt before it', async () => {
      const { caller, socket, connection } = await connect();
      connection.input$.subscribe(() => {
        connection.echo('ann\n');
        connection.write('Town? ');
        connection.echo('Par');
        connection.echo('is');
      });
      socket.emit('data', bytesOf('DO ECHO', 'DO EOR'));

      socket.emit('data', Buffer.from('ann\r\nParis'));
      connection.echo('!');
      connection.close();

      expect(phrasesOf(await caller.gone).slice(-3)).toEqual(['"ann\\r\\nTown? "', 'EOR', '"Paris!"']);
    });

    it("sends no mark to a client that didn't ask for it, or negotiates nothing", async () => {
      expect(await hears(['DONT ECHO'], 'Handle: ')).toEqual(['"Handle: "']);
      expect(await hears([], 'Handle: ')).toEqual(['"Handle: "']);
    });

    it("sends no mark after a whole line, or after an app's bytes", async () => {
      expect(await hears(['DO EOR'], 'Welcome!\n', Buffer.from('raw'))).toEqual(['"Welcome!\\r\\nraw"']);
    });

    it('sends one mark after all output of a chunk', async () => {
      const { caller, socket, connection } = await connect();
      connection.input$.subscribe(() => {
        for (const word of ['Hello', ', ', 'ann. ', 'Your town? ']) connection.write(word);
      });
      socket.emit('data', bytesOf('DO EOR'));

      socket.emit('data', Buffer.from('ann\r\n'));
      connection.close();

      expect(phrasesOf(await caller.gone).slice(-2)).toEqual(['"Hello, ann. Your town? "', 'EOR']);
    });
  });

  it('closes at once when destroyed, or when closed after a hang-up with all output sent', async () => {
    for (const how of ['destroy', 'close'] as const) {
      const { caller, socket, connection } = await connect();
      const { end } = read(connection);
      const told = jasmine.createSpy('told');
      connection.closed$.subscribe({ complete: told });
      connection.write('the last words');
      caller.socket.end();
      await end;
      expect(told).not.toHaveBeenCalled();

      connection[how]();

      expect(told).toHaveBeenCalledTimes(1);
      expect(socket.destroyed).toBe(true);
      expect(await caller.gone).toContain('the last words');
    }
  });

  describe('a probe', () => {
    it('is sent only to a client that answered the first two', async () => {
      const { caller, socket, connection } = await connect();
      read(connection);
      connection.probe();
      expect(connection.answers).toBe(false);
      socket.emit('data', bytesOf('DO ECHO'));
      connection.probe();
      expect(connection.answers).toBe(false);

      socket.emit('data', bytesOf('WONT TIMING_MARK'));
      connection.probe();
      expect(connection.answers).toBe(false);
      socket.emit('data', bytesOf('WONT TIMING_MARK'));
      expect(connection.answers).toBe(true);
      connection.probe();
      connection.close();

      const heard = phrasesOf(await caller.gone);
      expect(heard.filter((phrase) => phrase === 'DO TIMING_MARK').length).toBe(3);
      expect(heard.at(-1)).toBe('DO TIMING_MARK');
    });
  });

  describe('a connection whose peer has vanished', () => {
    for (const code of ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']) {
      it(`ends as lost, for current and later subscribers (${code})`, async () => {
        const { socket, connection } = await connect();
        const { end } = read(connection);

        socket.destroy(Object.assign(new Error(`read ${code}`), { code }));

        expect(await end).toEqual(new SessionEnd('lost'));
        expect(await read(connection).end).toEqual(new SessionEnd('lost'));
        expect(await lastValueFrom(connection.terminal$)).toEqual(UNKNOWN);
      });
    }

    it('ends as a hang-up if it was reset', async () => {
      const { socket, connection } = await connect();
      const { end } = read(connection);

      socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));

      expect(await end).toBe('completed');
    });

    it('ends as abused if that came first', async () => {
      const { socket, connection } = await connect();
      const { end } = read(connection);
      socket.emit('data', bytesOf(...new Array(2000).fill('DO 99')));

      socket.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }));
      await firstValueFrom(connection.closed$, { defaultValue: null });

      expect(await end).toEqual(new SessionEnd('protocol'));
      expect(await read(connection).end).toEqual(new SessionEnd('protocol'));
    });
  });

  it('gives up on a caller whose subnegotiations are dropped repeatedly', async () => {
    const { socket, connection } = await connect();
    const { end, typed } = read(connection);
    const brokenOff = Uint8Array.of(IAC, 250, 31, 0, ...bytesOf('NOP'));
    const broken = Buffer.concat(new Array(REPLY_BUDGET).fill(brokenOff));
    socket.emit('data', Buffer.concat([broken, bytesOf('"in time"')]));
    expect(typed()).toBe('in time');

    socket.emit('data', Buffer.concat([broken, bytesOf('"too late"')]));

    expect(await end).toEqual(new SessionEnd('protocol'));
    expect(typed()).toBe('in time');
  });

  it('sends its status to a crawler that requests it', async () => {
    const { caller, connection } = await connect(() => ({ NAME: 'The Board', PLAYERS: 3 }));
    read(connection);

    caller.says(bytesOf('DO MSSP'));

    const answer = heardOf('SB MSSP 1 "NAME" 2 "The Board" 1 "PLAYERS" 2 "3"');
    expect(await caller.hears(answer)).toContain(answer);
  });

  it('sends nine bytes of telnet to a client that negotiates nothing', async () => {
    const { caller, connection } = await connect();
    connection.input$.subscribe((bytes) => connection.write(`You said: ${Buffer.from(bytes)}`));
    connection.write('Handle: ');

    caller.says('ann\n');
    await caller.hears('ann\r\n');
    connection.close();

    expect(await caller.gone).toBe(`${OFFERS}Handle: You said: ann\r\n`);
    expect(OFFERS.length).toBe(9);
  });
});
