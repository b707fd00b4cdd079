import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import {
  firstValueFrom,
  fromEvent,
  map,
  mergeMap,
  type Observable,
  type Subscription,
  take,
  toArray,
} from 'rxjs';
import { listen, type OpenPort } from '../../../../lib/transports/tcp/listen.js';
import { call } from '../../../support/caller.js';
import { kernelTimer, needsKernelTimers } from '../../../support/kernel-timer.js';
import { ofEitherKind } from '../../../support/stock-sockets.js';

const HERE = { host: '127.0.0.1', port: 0 };

/** Listens until unsubscribed. */
async function open(
  silenceMs: number | null = null,
): Promise<OpenPort & { subscription: Subscription; closed: Promise<void> }> {
  let subscription: Subscription | undefined;
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const listening = await new Promise<OpenPort>((resolve, reject) => {
    subscription = listen({ ...HERE, silenceMs }).subscribe({
      next: resolve,
      error: reject,
      complete: close,
    });
  });
  return { ...listening, subscription: subscription as Subscription, closed };
}

describe('listen', () => {
  ofEitherKind((isOurs) => {
    it('emits its address, then the connections', async () => {
      const { address, socket$, subscription } = await open();
      const accepted = firstValueFrom(socket$.pipe(take(1)));
      const caller = await call(address.port);
      const socket = await accepted;

      expect(address.address).toBe('127.0.0.1');
      expect(socket.remotePort).toBe(caller.socket.localPort as number);
      expect(socket.allowHalfOpen).toBe(true);
      socket.destroy();
      await caller.gone;
      subscription.unsubscribe();
    });

    it('ignores a connection that was reset before it was accepted', async () => {
      const { address, socket$, subscription } = await open();
      const addresses: (string | undefined)[] = [];
      const accepted = firstValueFrom(
        socket$.pipe(
          take(1),
          map((socket) => {
            addresses.push(socket.remoteAddress);
            return socket;
          }),
        ),
      );
      // This process is blocked meanwhile, and then finds closed connections in the kernel's queue.
      const script = `
      const net = require('node:net');
      for (let line = 0; line < 10; line += 1) {
        const socket = net.connect(${address.port}, '127.0.0.1', () => socket.resetAndDestroy());
      }`;
      execFileSync(process.execPath, ['-e', script]);
      const caller = await call(address.port);
      const socket = await accepted;
      expect(addresses).toEqual(['127.0.0.1']);
      expect(socket.remotePort).toBe(caller.socket.localPort as number);
      socket.destroy();
      await caller.gone;
      subscription.unsubscribe();
    });

    it(`makes ${isOurs ? 'accepted sockets read into the same buffer' : 'each accepted socket read into its own buffer'}`, async () => {
      const { address, socket$, subscription } = await open();
      const memory = firstValueFrom(
        socket$.pipe(
          mergeMap((socket) => fromEvent(socket, 'data') as Observable<Buffer>),
          map(({ buffer }) => buffer),
          take(2),
          toArray(),
        ),
      );
      const callers = [await call(address.port), await call(address.port)];
      for (const caller of callers) caller.says('hello');
      const [first, second] = await memory;
      expect(first === second).toBe(isOurs);
      for (const caller of callers) caller.hangUp();
      subscription.unsubscribe();
    });

    it('sets keepalive early enough to give up in time, but after a second at least', async () => {
      needsKernelTimers();
      for (const [silenceMs, least, most] of [
        [120_000, 60, 110],
        [10_500, 0, 1],
        [1, 0, 1],
        // The kernel's maximum: it refuses more, and would then probe after two hours.
        [365 * 24 * 3_600_000, 32_000, 32_767],
      ] as const) {
        const { address, socket$, subscription } = await open(silenceMs);
        const accepted = firstValueFrom(socket$.pipe(take(1)));
        const caller = await call(address.port);
        const { kind, seconds } = kernelTimer(await accepted);

        expect(kind).toBe('a sign of life');
        expect(seconds).toBeGreaterThan(least);
        expect(seconds).toBeLessThanOrEqual(most);
        caller.hangUp();
        subscription.unsubscribe();
      }
    });

    it('sets no keepalive without a time', async () => {
      needsKernelTimers();
      const { address, socket$, subscription } = await open(null);
      const accepted = firstValueFrom(socket$.pipe(take(1)));
      const caller = await call(address.port);

      expect(kernelTimer(await accepted).kind).toBe('nothing');
      caller.hangUp();
      subscription.unsubscribe();
    });

    it('closes the port at once when its connections are unsubscribed, and keeps open ones', async () => {
      const { address, socket$, closed } = await open();
      const sockets: net.Socket[] = [];
      const taking = socket$.subscribe((socket) => sockets.push(socket));
      const caller = await call(address.port);
      while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));

      taking.unsubscribe();

      await expectAsync(call(address.port)).toBeRejected();
      sockets[0]?.write('still here');
      expect(await caller.hears('still here')).toBe('still here');
      sockets[0]?.destroy();
      await closed;
    });

    it('closes the port when unsubscribed', async () => {
      const { address, subscription } = await open();

      subscription.unsubscribe();

      await expectAsync(call(address.port)).toBeRejected();
    });

    it('closes connections that come without a subscriber', async () => {
      const { address, subscription } = await open();

      expect(await (await call(address.port)).gone).toBe('');

      subscription.unsubscribe();
    });

    it("errors with the system's error when it can't listen", async () => {
      const taken = net.createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as net.AddressInfo;

      await expectAsync(firstValueFrom(listen({ ...HERE, port }))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'EADDRINUSE' }),
      );
      await expectAsync(firstValueFrom(listen({ ...HERE, host: '192.0.2.1' }))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'EADDRNOTAVAIL' }),
      );
      taken.close();
    });

    it("errors with the system's error for an invalid port", async () => {
      await expectAsync(firstValueFrom(listen({ ...HERE, port: 70_000 }))).toBeRejectedWith(
        jasmine.objectContaining({ code: 'ERR_SOCKET_BAD_PORT' }),
      );
    });

    it('stays open when a connection could not be accepted', async () => {
      const listened = spyOn(net.Server.prototype, 'listen').and.callThrough();
      const { address, socket$, subscription } = await open();
      const accepted = firstValueFrom(socket$.pipe(take(1)));

      (listened.calls.mostRecent().object as net.Server).emit('error', new Error('accept EMFILE'));

      const caller = await call(address.port);
      const socket = await accepted;
      expect(socket.remotePort).toBe(caller.socket.localPort as number);
      socket.destroy();
      await caller.gone;
      subscription.unsubscribe();
    });

    for (const host of ['127.0.0.1', 'localhost']) {
      it(`does not listen on ${host} when it is unsubscribed before it does`, async () => {
        const listened = spyOn(net.Server.prototype, 'listen').and.callThrough();
        let listening = false;

        listen({ ...HERE, host })
          .subscribe(() => {
            listening = true;
          })
          .unsubscribe();
        const server = listened.calls.mostRecent().object as net.Server;
        await once(server, 'close');

        expect(listening).toBe(false);
        expect(server.listening).toBe(false);
      });
    }
  });
});
