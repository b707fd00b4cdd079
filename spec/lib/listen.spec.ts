import { once } from 'node:events';
import net from 'node:net';
import { firstValueFrom, type Subscription, take } from 'rxjs';
import { type Listening, listen } from '../../lib/listen.js';
import { call } from '../support/caller.js';

const HERE = { host: '127.0.0.1', port: 0 };

/** Listens until the subscription is given up. */
async function open(): Promise<Listening & { subscription: Subscription; closed: Promise<void> }> {
  let subscription: Subscription | undefined;
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const listening = await new Promise<Listening>((resolve, reject) => {
    subscription = listen(HERE).subscribe({ next: resolve, error: reject, complete: close });
  });
  return { ...listening, subscription: subscription as Subscription, closed };
}

describe('listen', () => {
  it('emits its address, then those who call', async () => {
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

  it('closes the port at once when nobody takes its callers any more, and leaves those on line alone', async () => {
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

  it('closes the port when it is unsubscribed itself', async () => {
    const { address, subscription } = await open();

    subscription.unsubscribe();

    await expectAsync(call(address.port)).toBeRejected();
  });

  it('hangs up on callers whom nobody takes', async () => {
    const { address, subscription } = await open();

    expect(await (await call(address.port)).gone).toBe('');

    subscription.unsubscribe();
  });

  it('errors with the error of the system when it cannot listen', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;

    await expectAsync(firstValueFrom(listen({ host: '127.0.0.1', port }))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EADDRINUSE' }),
    );
    await expectAsync(firstValueFrom(listen({ host: '192.0.2.1', port: 0 }))).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EADDRNOTAVAIL' }),
    );
    taken.close();
  });

  it('does not listen when it is unsubscribed before it does', async () => {
    const created = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    let listened = false;

    listen(HERE)
      .subscribe(() => {
        listened = true;
      })
      .unsubscribe();
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));

    expect(listened).toBe(false);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length).toBe(created);
  });
});
