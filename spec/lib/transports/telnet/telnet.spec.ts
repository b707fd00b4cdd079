import { once } from 'node:events';
import net from 'node:net';
import { firstValueFrom, lastValueFrom, map, type Subscription, tap } from 'rxjs';
import { accept } from '../../../../lib/transports/tcp/accept.js';
import { REPLY_BUDGET } from '../../../../lib/transports/telnet/negotiator.js';
import { telnet } from '../../../../lib/transports/telnet/telnet.js';
import type { Connection, Terminal } from '../../../../streams/types/connection.js';
import { SessionEnd } from '../../../../streams/types/session-end.js';
import { arrived, type Caller, call } from '../../../support/caller.js';
import { bytesOf, wordsOf } from '../../../support/telnet-words.js';

const IAC = 255;

/** Phrases of telnet as a caller hears them. */
const heardOf = (...phrases: string[]) => Buffer.from(bytesOf(...phrases)).toString('latin1');
/** What a caller heard, in phrases. */
const phrasesOf = (heard: string) => wordsOf(Buffer.from(heard, 'latin1'));

const OFFERS = heardOf('WILL ECHO', 'WILL SGA', 'DO NAWS');
/** The last of the offers that are made to a client that speaks telnet. */
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
  pcKeys: false,
};

let server: net.Server;
const callers: Caller[] = [];
const sockets: net.Socket[] = [];

/** A caller, and the connection that the board has of it. */
async function connect(
  status?: Parameters<typeof telnet>[1],
): Promise<{ caller: Caller; socket: net.Socket; connection: Connection }> {
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const caller = await call((server.address() as net.AddressInfo).port);
  callers.push(caller);
  const [socket] = await accepted;
  sockets.push(socket);
  return { caller, socket, connection: telnet(socket, status) };
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
    accept(server);
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

    expect(await caller.hears(OFFERS)).toBe(OFFERS);
  });

  it('makes its offers once, however often it is listened to, and loses nothing in between', async () => {
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

  it('hands on what comes at once as one piece, and loses nothing between two listeners', async () => {
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

  it('hands what was put back to the next listener, before all that comes', async () => {
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

  it('keeps what nobody listened to, whatever others type meanwhile', async () => {
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

  it('reads nothing while it is paused, and nothing for nobody', async () => {
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

  it('reads on when it is resumed', async () => {
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

  it('hands on what is typed, without the commands in it', async () => {
    const { caller, connection } = await connect();
    const { typed, end } = read(connection);

    caller.says(bytesOf('"a"', 'NOP', '"b\u00ffc"', 'DO ECHO'));
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
    negotiation: 'DO 99',
    'an "are you there?"': 'AYT',
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

      caller.says(bytesOf('"/quit\\r\\n"', command, '"more"'));
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
    expect(await caller.gone).toBe(OFFERS);
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

  it('keeps one piece of what the caller does not read, however small the writes are, and loses nothing of it', async () => {
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

  it('sends what was written meanwhile when the caller reads again, and tells that it is drained', async () => {
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

  it('knows the window, the echo and the terminal: at first, at each change, and to the end', async () => {
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

    // Each a chunk of its own: the next is sent when this one was answered.
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
      // Of several sizes in a chunk, the last.
      { ...UNKNOWN, echo: true, columns: 1000, rows: 24 },
      { ...UNKNOWN, ...syncterm, echo: true },
      { ...UNKNOWN, ...syncterm, echo: false },
    ]);
    expect(connection.terminal).toEqual(seen.at(-1) as Terminal);
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
    caller.socket.end(bytesOf('DO ECHO'));
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
    expect(await lastValueFrom(connection.terminal$)).toEqual(UNKNOWN);
  });

  it('answers whether it is there', async () => {
    const { caller, connection } = await connect();
    read(connection);

    caller.says(bytesOf('AYT'));

    expect(await caller.hears('[Yes]\r\n')).toContain('[Yes]');
  });

  it('gives up a caller who never stops asking whether it is there', async () => {
    const { caller, socket, connection } = await connect();
    const { end } = read(connection);

    socket.emit('data', bytesOf(...new Array(100).fill('AYT')));
    socket.emit('data', bytesOf(...new Array(2000).fill('AYT')));

    expect(await end).toEqual(jasmine.objectContaining({ reason: 'protocol' }));
    connection.close();
    // One answer says it for a whole packet.
    expect(await caller.gone).toBe(`${OFFERS}${'[Yes]\r\n'.repeat(2)}`);
  });

  it('cuts the line of whoever goes on and on while it is closing', async () => {
    const { caller, socket, connection } = await connect();
    read(connection);
    connection.close();

    caller.says(Buffer.alloc(8 * 1024 * 1024, 'x'));

    await caller.gone;
    expect(socket.bytesRead).toBeLessThan(2 * 1024 * 1024);
  });

  it('reads no more from whoever never stops, when it has hung up on them', async () => {
    const { caller, socket, connection } = await connect();
    const { end } = read(connection);
    caller.says(Buffer.alloc(16 * 1024 * 1024, bytesOf('DO 99')));
    await end;

    connection.close();
    connection.resume();

    expect(socket.isPaused()).toBe(true);
    expect(socket.bytesRead).toBeLessThan(1024 * 1024);
  });

  it('remembers the abuse of a caller to whom nobody listened at that moment', async () => {
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

  it('gives up a caller who never stops negotiating, and does not answer any more', async () => {
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
    'a GMCP message without a dot': bytesOf('SB 201 "x"'),
    'a GMCP message with broken JSON': bytesOf('SB 201 "a.b {"'),
    '5,000 bytes without a newline': bytesOf(`"${'x'.repeat(5000)}"`),
  })) {
    it(`is unharmed by ${name}, which ends a process that takes telnetlib as it is`, async () => {
      const { caller, connection } = await connect();
      const { typed, end } = read(connection);

      caller.says(Buffer.concat([bytesOf('WILL NAWS'), hostile]));
      caller.says('still here');
      caller.socket.end();

      expect(await end).toBe('completed');
      expect(typed()).toMatch(/still here$/);
    });
  }

  describe('what telnet has for keys (RFC 854)', () => {
    for (const [command, key] of [
      ['IP', '\x03'],
      ['BRK', '\x03'],
      ['EC', '\b'],
      ['EL', '\x15'],
    ] as const) {
      it(`types ${JSON.stringify(key)} for ${command}`, async () => {
        const { caller, connection } = await connect();
        const { typed, end } = read(connection);

        caller.socket.end(bytesOf('"a"', command, '"b"'));
        await end;

        expect(typed()).toBe(`a${key}b`);
      });
    }

    for (const command of ['AO', 'GA', 'NOP', 'DM', 'EOR', 'SE']) {
      it(`types nothing for ${command}, and does nothing`, async () => {
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
      it(`is unharmed by ${name} as the first that is said (CVE-2022-39028)`, async () => {
        const { caller, connection } = await connect();
        const { typed, end } = read(connection);

        caller.socket.end(bytesOf(first, '"still here"'));

        expect(await end).toBe('completed');
        expect(typed()).toMatch(/still here$/);
      });
    }
  });

  describe('sending', () => {
    it('answers a chunk with one write, however much it makes us say', async () => {
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

    it('counts what it will send of the chunk that it is at, and sends that before it closes', async () => {
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

    it('counts nothing that no line is there for any more', async () => {
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

    it('keeps no more than 64 KiB of it back', async () => {
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

    it('keeps text, bytes and answers in the order in which they came about', async () => {
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

    it('sends at once what nobody’s typing brought about', async () => {
      const { caller, connection } = await connect();
      read(connection);
      connection.write('news');

      expect(await caller.hears('news')).toBe(`${OFFERS}news`);
    });
  });

  describe('drained$', () => {
    it('completes at once when there is no backlog', async () => {
      const { connection } = await connect();
      const drained = jasmine.createSpy('drained');

      connection.drained$.subscribe({ complete: drained });

      expect(drained).toHaveBeenCalledTimes(1);
    });

    it('completes when a large backlog is taken, and not before', async () => {
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

    it('completes for what was written in the chunk that is being read', async () => {
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

    it('completes when the line is cut, and for a line that is gone', async () => {
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

    it('tells nobody who has left', async () => {
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

  describe('in the letters of the IBM PC', () => {
    const SYNCTERM = bytesOf('WILL TTYPE', 'SB TTYPE 0 "syncterm"');

    it('writes those, and a ? for any other', async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write('é░█ 漢 👩‍👩‍👧‍👦 e\u0301\n');
      connection.close();

      expect(await caller.gone).toBe('\x82\xb0\xdb ? ? \x82\r\n');
    });

    it('doubles the blank that does not break, which is the byte 0xFF there', async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write('a\u00a0b');
      connection.close();

      expect(await caller.gone).toBe('a\xff\xffb');
    });

    it('leaves an app’s own bytes as they are', async () => {
      const { caller, connection } = await connect();
      connection.setEncoding('cp437');

      connection.write(Uint8Array.of(0xc3, 0xa9, 0x0a));
      connection.close();

      expect(await caller.gone).toBe('\xc3\xa9\n');
    });

    it('writes from when it is known that the client’s terminal wants them', async () => {
      const { caller, socket, connection } = await connect();
      read(connection);
      connection.write('é');

      socket.emit('data', SYNCTERM);
      connection.write('é');
      connection.close();

      const text = phrasesOf(await caller.gone).filter((phrase) => phrase.startsWith('"'));
      expect(text).toEqual(['"Ã©"', '"\x82"']);
    });

    it('writes from when the caller chose them, and not what was written before', async () => {
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

    it('tells of the caller’s choice, which the client can’t change any more', async () => {
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

    it('lets the client choose by CHARSET before its terminal’s name', async () => {
      const { socket, connection } = await connect();
      read(connection);

      socket.emit('data', SYNCTERM);
      expect(connection.terminal.encoding).toBe('cp437');
      socket.emit('data', bytesOf('DO CHARSET', 'SB CHARSET 2 "UTF-8"'));

      expect(connection.terminal.encoding).toBe('utf-8');
    });
  });

  describe('behind a prompt', () => {
    /** What a caller who says this hears of what is written then. */
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

    it('puts an EOR for a client that wants one and shows what is typed by itself', async () => {
      expect(await hears(['DONT ECHO', 'DO EOR'], 'Handle: ')).toEqual(['"Handle: "', 'EOR']);
    });

    it('puts a GA for a client that will not do without', async () => {
      expect(await hears(['DONT ECHO', 'DONT SGA'], 'Handle: ')).toEqual(['"Handle: "', 'GA']);
    });

    it('puts it for a client that leaves the echo to us as well, since it asked for it', async () => {
      expect(await hears(['DO ECHO', 'DO EOR'], 'Handle: ')).toEqual(['"Handle: "', 'EOR']);
      expect(await hears(['DO ECHO', 'DONT SGA'], 'Handle: ')).toEqual(['"Handle: "', 'GA']);
    });

    it('puts nothing behind what the caller typed, and one behind the prompt before it', async () => {
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

    it('puts nothing for a client that said nothing of it, or nothing at all', async () => {
      expect(await hears(['DONT ECHO'], 'Handle: ')).toEqual(['"Handle: "']);
      expect(await hears([], 'Handle: ')).toEqual(['"Handle: "']);
    });

    it('puts nothing behind a whole line, or behind an app’s own bytes', async () => {
      expect(await hears(['DO EOR'], 'Welcome!\n', Buffer.from('raw'))).toEqual(['"Welcome!\\r\\nraw"']);
    });

    it('puts one behind all that a chunk makes us say', async () => {
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

  it('is gone at once when it is destroyed, or closed after the caller has hung up and read all', async () => {
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

  describe('a sign of life', () => {
    it('is asked for only of a client that gave one when it was first asked', async () => {
      const { caller, socket, connection } = await connect();
      read(connection);
      connection.probe();
      expect(connection.answers).toBe(false);
      socket.emit('data', bytesOf('DO ECHO'));
      connection.probe();
      expect(connection.answers).toBe(false);

      socket.emit('data', bytesOf('WONT TIMING_MARK'));
      expect(connection.answers).toBe(true);
      connection.probe();
      connection.close();

      const heard = phrasesOf(await caller.gone);
      expect(heard.filter((phrase) => phrase === 'DO TIMING_MARK').length).toBe(2);
      expect(heard.at(-1)).toBe('DO TIMING_MARK');
    });
  });

  describe('a line whose other end is gone without a word', () => {
    for (const code of ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']) {
      it(`ends as lost, for whoever listens then or later (${code})`, async () => {
        const { socket, connection } = await connect();
        const { end } = read(connection);

        socket.destroy(Object.assign(new Error(`read ${code}`), { code }));

        expect(await end).toEqual(new SessionEnd('lost'));
        expect(await read(connection).end).toEqual(new SessionEnd('lost'));
        expect(await lastValueFrom(connection.terminal$)).toEqual(UNKNOWN);
      });
    }

    it('is a hang-up if it was reset, which is a word', async () => {
      const { socket, connection } = await connect();
      const { end } = read(connection);

      socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));

      expect(await end).toBe('completed');
    });

    it('was given up for its abuse first, if it was', async () => {
      const { socket, connection } = await connect();
      const { end } = read(connection);
      socket.emit('data', bytesOf(...new Array(2000).fill('DO 99')));

      socket.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }));
      await firstValueFrom(connection.closed$, { defaultValue: null });

      expect(await end).toEqual(new SessionEnd('protocol'));
      expect(await read(connection).end).toEqual(new SessionEnd('protocol'));
    });
  });

  it('gives up a caller whose subnegotiations are dropped again and again', async () => {
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

  it('tells a crawler how things are when it asks', async () => {
    const { caller, connection } = await connect(() => ({ NAME: 'The Board', PLAYERS: 3 }));
    read(connection);

    caller.says(bytesOf('DO MSSP'));

    const answer = heardOf('SB MSSP 1 "NAME" 2 "The Board" 1 "PLAYERS" 2 "3"');
    expect(await caller.hears(answer)).toContain(answer);
  });

  it('serves a client that negotiates nothing with nine bytes of telnet and no more', async () => {
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
