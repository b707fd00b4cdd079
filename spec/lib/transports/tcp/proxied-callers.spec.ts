import { once } from 'node:events';
import net from 'node:net';
import { Subject, type Subscription, VirtualTimeScheduler } from 'rxjs';
import {
  PROXY_HEADER_MS,
  type ProxiedCaller,
  type ProxyRefused,
} from '../../../../lib/transports/tcp/proxied.js';
import {
  MAX_AWAITED_HEADERS,
  type ProxyFailed,
  proxiedCallers,
} from '../../../../lib/transports/tcp/proxied-callers.js';
import { arrived, type Caller, call } from '../../../support/caller.js';
import { type CountingScheduler, counting } from '../../../support/counting.js';
import { line } from '../../../support/proxy-headers.js';

const HEADER = line('TCP4 192.0.2.1 192.0.2.11 56324 23');

describe('proxiedCallers', () => {
  let virtual: VirtualTimeScheduler;
  let scheduler: CountingScheduler;
  let server: net.Server;
  let isTrusted: boolean;
  let accepted$: Subject<net.Socket>;
  let running: Subscription;
  let isComplete: boolean;
  /** An address, or the reason for a refusal. */
  let outcomes: string[];
  const sockets = new Set<net.Socket>();

  beforeEach(async () => {
    virtual = new VirtualTimeScheduler();
    scheduler = counting(virtual);
    isTrusted = true;
    isComplete = false;
    outcomes = [];
    accepted$ = new Subject();
    const of = (arrival: ProxiedCaller | ProxyRefused | ProxyFailed) => {
      if (arrival.kind === 'failed') return `${arrival.error}`;
      return arrival.kind === 'caller' ? arrival.address : arrival.why;
    };
    running = accepted$
      .pipe(proxiedCallers({ trusted: () => isTrusted, scheduler, maxAwaited: 2 }))
      .subscribe({
        next: (arrival) => outcomes.push(of(arrival)),
        complete: () => {
          isComplete = true;
        },
        error: () => fail('it errored'),
      });
    server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    running.unsubscribe();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.close();
    await once(server, 'close');
  });

  /** A connection that has sent part of a header, or nothing. */
  async function connect(first: Uint8Array = HEADER.subarray(0, 9)): Promise<Caller> {
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const caller = await call((server.address() as net.AddressInfo).port);
    const [socket] = await accepted;
    sockets.add(socket).add(caller.socket);
    accepted$.next(socket);
    caller.says(first);
    if (!socket.destroyed) await arrived(socket);
    return caller;
  }
  const rest = (caller: Caller) => caller.says(HEADER.subarray(9));
  const outcome = async (count: number) => {
    while (outcomes.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  it('emits callers in the order in which their headers are complete', async () => {
    const [first, second] = [await connect(), await connect()];
    rest(second);
    await outcome(1);
    rest(first);
    await outcome(2);

    expect(outcomes).toEqual(['192.0.2.1', '192.0.2.1']);
    expect(scheduler.running).toBe(0);
  });

  it('refuses a connection at once when too many wait for their header', async () => {
    await connect();
    await connect();
    const started = scheduler.started;
    const oneMore = await connect();

    expect(outcomes).toEqual(['too many']);
    expect(await oneMore.gone).toBe('');
    expect(scheduler.started).withContext('it has no deadline').toBe(started);
    expect(MAX_AWAITED_HEADERS).toBe(1024);
  });

  it('has room again when a header is complete or invalid, or the peer hangs up', async () => {
    for (const leave of [
      rest,
      (caller: Caller) => caller.says('\r\n'),
      (caller: Caller) => caller.hangUp(),
    ] as const) {
      outcomes = [];
      const [first, second] = [await connect(), await connect()];
      leave(first);
      while (scheduler.running > 1) await new Promise((resolve) => setImmediate(resolve));
      rest(await connect());
      while (!outcomes.includes('192.0.2.1')) await new Promise((resolve) => setImmediate(resolve));
      expect(outcomes).not.toContain('too many');
      second.hangUp();
      while (scheduler.running > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('has room again after a timeout', async () => {
    await connect();
    await connect();
    virtual.maxFrames = PROXY_HEADER_MS;
    virtual.flush();
    rest(await connect());
    await outcome(3);

    expect(outcomes).toEqual(['timeout', 'timeout', '192.0.2.1']);
  });

  it("refuses a peer that isn't a proxy for that reason, even without room", async () => {
    await connect();
    await connect();
    isTrusted = false;
    await connect();

    expect(outcomes).toEqual(['not a proxy']);
  });

  it('completes with its source when no connection waits for its header', async () => {
    const caller = await connect();
    accepted$.complete();
    expect(isComplete).toBe(false);
    rest(caller);
    await outcome(1);

    expect(isComplete).toBe(true);
  });

  it('closes all waiting connections when unsubscribed', async () => {
    const callers = [await connect(), await connect()];
    running.unsubscribe();

    for (const { gone } of callers) expect(await gone).toBe('');
    expect(outcomes).toEqual([]);
    expect(scheduler.running).toBe(0);
    expect(accepted$.observed).toBe(false);
  });
});
