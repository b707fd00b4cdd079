import { once } from 'node:events';
import net from 'node:net';
import {
  firstValueFrom,
  fromEvent,
  lastValueFrom,
  map,
  Subject,
  scan,
  take,
  takeWhile,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import {
  PROXY_HEADER_MS,
  type ProxiedCaller,
  type ProxyRefused,
  proxied,
} from '../../../../lib/transports/tcp/proxied.js';
import { telnetOver } from '../../../../lib/transports/telnet/telnet-over.js';
import { type Caller, call } from '../../../support/caller.js';
import { type CountingScheduler, counting } from '../../../support/counting.js';
import { binary, line } from '../../../support/proxy-headers.js';

/** Headers for a connection from 192.0.2.1 to 192.0.2.11, in both versions. */
const V1 = line('TCP4 192.0.2.1 192.0.2.11 56324 23');
const V2 = binary(0x21, 0x11, [192, 0, 2, 1, 192, 0, 2, 11, 0xdc, 4, 0, 23]);

/** The results of one connection. */
interface Arrival {
  readonly caller: Caller;
  readonly socket: net.Socket;
  /** The values of `proxied`: none or one. */
  readonly outcomes: readonly (ProxiedCaller | ProxyRefused)[];
  /** Resolves with the value, or `undefined` when it completes without one. */
  readonly outcome: Promise<ProxiedCaller | ProxyRefused | undefined>;
  unsubscribe(): void;
}

describe('proxied', () => {
  let virtual: VirtualTimeScheduler;
  let scheduler: CountingScheduler;
  let server: net.Server;
  let asked: string[];
  let isTrusted: boolean;
  const sockets = new Set<net.Socket>();

  beforeEach(async () => {
    virtual = new VirtualTimeScheduler();
    scheduler = counting(virtual);
    asked = [];
    isTrusted = true;
    server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.close();
    await once(server, 'close');
  });

  const trusted = (address: string) => {
    asked.push(address);
    return isTrusted;
  };

  /** Advances the clock to this many milliseconds after the start. */
  function advanceTo(ms: number): void {
    virtual.schedule(() => {}, ms - virtual.frame);
    virtual.maxFrames = ms;
    virtual.flush();
  }

  /** Connects, and sends a first packet. */
  async function connect(first: Uint8Array = Buffer.alloc(0)): Promise<Arrival> {
    const { caller, socket } = await accept();
    const outcomes: (ProxiedCaller | ProxyRefused)[] = [];
    const done = new Subject<ProxiedCaller | ProxyRefused | undefined>();
    const outcome = firstValueFrom(done);
    const subscription = proxied(socket, { trusted, scheduler }).subscribe({
      next: (value) => outcomes.push(value),
      complete: () => done.next(outcomes[0]),
      error: () => fail('it errored'),
    });
    if (first.length > 0) caller.says(first);
    return { caller, socket, outcomes, outcome, unsubscribe: () => subscription.unsubscribe() };
  }

  /** An accepted socket, and its client. */
  async function accept(): Promise<Pick<Arrival, 'caller' | 'socket'>> {
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const caller = await call((server.address() as net.AddressInfo).port);
    caller.socket.setNoDelay();
    const [socket] = await accepted;
    sockets.add(socket).add(caller.socket);
    return { caller, socket };
  }

  /** Sends another packet, and resolves when it has arrived. */
  async function say({ caller, socket }: Arrival, bytes: Uint8Array): Promise<void> {
    const all = socket.bytesRead + bytes.length;
    caller.says(bytes);
    while (socket.bytesRead < all) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Reads this many characters from a paused socket. */
  async function read(socket: net.Socket, count: number): Promise<string> {
    const heard = lastValueFrom(
      telnetOver(socket).input$.pipe(
        scan((text, bytes) => text + Buffer.from(bytes).toString('latin1'), ''),
        takeWhile((text) => text.length < count, true),
      ),
    );
    return heard;
  }

  for (const [version, header] of [
    ['1', V1],
    ['2', V2],
  ] as const) {
    describe(`with version ${version}`, () => {
      it('emits the address in the header, once, and completes', async () => {
        const { socket, outcomes, outcome } = await connect(header);

        expect(await outcome).toEqual({ kind: 'caller', socket, address: '192.0.2.1' });
        expect(outcomes.length).toBe(1);
        expect(socket.destroyed).toBe(false);
      });

      it('returns the data that came with the header, and the data after it', async () => {
        const arrival = await connect(Buffer.concat([header, Buffer.from('hel')]));
        const { socket, outcome } = arrival;
        await outcome;
        await say(arrival, Buffer.from('lo\r\n'));

        expect(await read(socket, 7)).toBe('hello\r\n');
      });

      it('reads a header split at any byte', async () => {
        for (let cut = 1; cut < header.length; cut += 1) {
          const arrival = await connect();
          await say(arrival, header.subarray(0, cut));
          expect(arrival.outcomes.length).toBe(0);
          await say(arrival, Buffer.concat([header.subarray(cut), Buffer.from('hello')]));

          expect(await arrival.outcome).toEqual(jasmine.objectContaining({ address: '192.0.2.1' }));
          expect(await read(arrival.socket, 5)).toBe('hello');
        }
      });

      it('reads a header that arrives byte by byte', async () => {
        const arrival = await connect();
        for (const byte of header) {
          expect(arrival.outcomes.length).toBe(0);
          await say(arrival, Uint8Array.of(byte));
        }

        expect(await arrival.outcome).toEqual(jasmine.objectContaining({ address: '192.0.2.1' }));
      });

      it('loses nothing of a flood after the header', async () => {
        const flood = Array.from({ length: 40_000 }, (_, at) => `${at}\r\n`).join('');
        const { socket, outcome } = await connect(Buffer.concat([header, Buffer.from(flood)]));
        await outcome;

        expect((await read(socket, flood.length)) === flood).toBe(true);
      });

      it('completes without a value when the peer hangs up within the header', async () => {
        const arrival = await connect();
        await say(arrival, header.subarray(0, -1));
        arrival.caller.socket.end();

        expect(await arrival.outcome).toBeUndefined();
        expect(arrival.socket.destroyed).toBe(true);
      });

      it('emits a caller who hung up right after the header', async () => {
        const { caller, socket, outcome } = await connect();
        caller.socket.end(Buffer.concat([header, Buffer.from('bye')]));
        expect(await outcome).toEqual(jasmine.objectContaining({ kind: 'caller' }));

        expect(await lastValueFrom(telnetOver(socket).input$.pipe(map(String), toArray()))).toEqual(['bye']);
      });
    });
  }

  for (const [who, header] of [
    ['LOCAL', binary(0x20, 0, [])],
    ['an unspecified family', binary(0x21, 0, [])],
    ['UNKNOWN', line('UNKNOWN 192.0.2.1 192.0.2.11 1 2')],
  ] as const) {
    it(`uses the peer's own address for ${who}`, async () => {
      const { socket, outcome } = await connect(header);

      expect(await outcome).toEqual({ kind: 'caller', socket, address: '127.0.0.1' });
    });
  }

  it('leaves the socket paused, without listeners', async () => {
    const arrival = await connect(Buffer.concat([V1, Buffer.from('hello')]));
    const { socket, outcome } = arrival;
    await outcome;
    await say(arrival, Buffer.from(' again'));

    expect(socket.isPaused()).toBe(true);
    expect(socket.listenerCount('data')).toBe(0);
    expect(socket.listenerCount('close')).toBe(0);
    expect(socket.readableLength).toBe('hello again'.length);
    expect(scheduler.running).toBe(0);
  });

  it('survives a reset after the header', async () => {
    const { caller, socket, outcome } = await connect(V1);
    await outcome;
    caller.socket.resetAndDestroy();
    socket.resume();
    await firstValueFrom(fromEvent(socket, 'close'));

    expect(socket.destroyed).toBe(true);
  });

  it('does nothing before it is subscribed to', async () => {
    const { socket } = await accept();

    proxied(socket, { trusted, scheduler });

    expect(asked).toEqual([]);
    expect(socket.listenerCount('data')).toBe(0);
  });

  it('refuses an invalid header, and hangs up', async () => {
    for (const [bad, why] of [
      ['hello\r\n', 'no header'],
      ['GET / HTTP/1.1\r\n\r\n', 'no header'],
      ['PROXY TCP4 192.0.2.1\r\n', 'malformed header'],
      ['\xff\xfb\x1f', 'no header'],
    ] as const) {
      const { caller, socket, outcome } = await connect(Buffer.from(bad, 'latin1'));

      expect(await outcome).toEqual({ kind: 'refused', socket, why, address: '127.0.0.1' });
      expect(await caller.gone).toBe('');
    }
    expect(scheduler.running).toBe(0);
  });

  it("treats a second header as the caller's input", async () => {
    const second = line('TCP4 198.51.100.66 192.0.2.11 1 2');
    const { socket, outcome } = await connect(Buffer.concat([V1, second]));

    expect(await outcome).toEqual(jasmine.objectContaining({ address: '192.0.2.1' }));
    expect(await read(socket, second.length)).toBe(Buffer.from(second).toString('latin1'));
  });

  it("refuses a peer whose header hasn't arrived within three seconds, and hangs up", async () => {
    const { caller, socket, outcomes, outcome } = await connect();
    advanceTo(PROXY_HEADER_MS - 1);
    expect(outcomes.length).toBe(0);
    advanceTo(PROXY_HEADER_MS);

    expect(PROXY_HEADER_MS).toBe(3000);
    expect(await outcome).toEqual({ kind: 'refused', socket, why: 'timeout', address: '127.0.0.1' });
    expect(await caller.gone).toBe('');
  });

  it("doesn't extend the time for single bytes", async () => {
    const arrival = await connect();
    for (const [at, byte] of V1.subarray(0, 29).entries()) {
      advanceTo(100 * at);
      await say(arrival, Uint8Array.of(byte));
    }
    expect(arrival.outcomes.length).toBe(0);
    advanceTo(PROXY_HEADER_MS);

    expect(await arrival.outcome).toEqual({
      kind: 'refused',
      socket: arrival.socket,
      why: 'timeout',
      address: '127.0.0.1',
    });
  });

  it('sets no timeout after the header', async () => {
    const { socket, outcomes, outcome } = await connect(V1);
    await outcome;
    advanceTo(10 * PROXY_HEADER_MS);

    expect(outcomes.length).toBe(1);
    expect(socket.destroyed).toBe(false);
  });

  it('completes without a value when the peer hangs up before a header', async () => {
    const { caller, socket, outcome } = await connect();
    caller.socket.end();

    expect(await outcome).toBeUndefined();
    expect(socket.destroyed).toBe(true);
    expect(scheduler.running).toBe(0);
  });

  it('completes without a value when the connection is reset before a header', async () => {
    const { caller, outcome } = await connect();
    caller.socket.resetAndDestroy();

    expect(await outcome).toBeUndefined();
  });

  it('completes without a value for a closed connection', async () => {
    for (const leave of ['destroy', 'end'] as const) {
      const { socket, caller } = await accept();
      expect(socket.remoteAddress).withContext('Node remembers it').toBe('127.0.0.1');
      if (leave === 'destroy') socket.destroy();
      else caller.socket.end();
      await firstValueFrom(fromEvent(socket, leave === 'destroy' ? 'close' : 'end'));

      const outcome = await lastValueFrom(proxied(socket, { trusted, scheduler }), { defaultValue: null });

      expect(outcome).toBeNull();
      expect(socket.destroyed).toBe(true);
    }
    expect(asked).toEqual([]);
  });

  it("asks about the peer's address only", async () => {
    await (await connect(V1)).outcome;

    expect(asked).toEqual(['127.0.0.1']);
  });

  for (const [name, header] of [
    ['of version 1', V1],
    ['of version 2', V2],
    ['of the proxy itself', binary(0x20, 0, [])],
    ['that tells the address of a trusted proxy', line('TCP4 127.0.0.1 127.0.0.1 1 2')],
  ] as const) {
    it(`refuses an untrusted peer with a header ${name}, and hangs up`, async () => {
      isTrusted = false;
      const { caller, socket, outcomes, outcome } = await connect(header);

      expect(await outcome).toEqual({ kind: 'refused', socket, why: 'not a proxy', address: '127.0.0.1' });
      expect(outcomes.length).toBe(1);
      expect(socket.listenerCount('data')).toBe(0);
      expect(scheduler.started).toBe(0);
      expect(await caller.gone).toBe('');
    });
  }

  it('refuses an untrusted peer before it sends anything', async () => {
    isTrusted = false;
    const { socket, outcomes } = await connect();

    expect(outcomes).toEqual([{ kind: 'refused', socket, why: 'not a proxy', address: '127.0.0.1' }]);
  });

  it('closes the connection of an unknown peer when unsubscribed', async () => {
    const { caller, outcomes, unsubscribe } = await connect();
    unsubscribe();

    expect(await caller.gone).toBe('');
    expect(outcomes).toEqual([]);
    expect(scheduler.running).toBe(0);
  });

  it("doesn't close a caller's connection, also when unsubscribed while emitting it", async () => {
    const { caller, socket } = await accept();
    caller.says(V1);

    await firstValueFrom(proxied(socket, { trusted, scheduler }).pipe(take(1)));
    socket.write('welcome');

    expect(await caller.hears('welcome')).toBe('welcome');
  });
});
