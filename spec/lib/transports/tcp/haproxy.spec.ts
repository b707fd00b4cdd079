import { networkInterfaces } from 'node:os';
import { firstValueFrom, mergeMap, ReplaySubject, type Subscription, tap, timeout } from 'rxjs';
import { monotonic } from '../../../../lib/process/monotonic.js';
import { listen, type OpenPort } from '../../../../lib/transports/tcp/listen.js';
import { type ProxiedCaller, type ProxyRefused, proxied } from '../../../../lib/transports/tcp/proxied.js';
import { telnetOver } from '../../../../lib/transports/telnet/telnet-over.js';
import { call, PATIENCE_MS } from '../../../support/caller.js';
import { HAPROXY, type HaproxyOptions, haproxyBefore, stopHaproxy } from '../../../support/haproxy.js';

const IPV6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** The address of a client, and the one of HAProxy's own connections. */
const CLIENT = '127.0.0.2';
const PROXY = '127.0.0.1';

describe('a board behind HAProxy', () => {
  let board: Subscription;
  let port: number;
  let outcome$: ReplaySubject<ProxiedCaller | ProxyRefused>;

  beforeEach(async () => {
    outcome$ = new ReplaySubject();
    const listening = await new Promise<OpenPort>((resolve, reject) => {
      board = listen({ host: '127.0.0.1', port: 0 }).subscribe({
        next: resolve,
        error: reject,
      });
    });
    ({ port } = listening.address);
    board.add(
      listening.socket$
        .pipe(
          mergeMap((socket) =>
            proxied(socket, { trusted: (address) => address === PROXY, scheduler: monotonic }),
          ),
          tap(echo),
        )
        .subscribe(outcome$),
    );
  });
  afterEach(async () => {
    board.unsubscribe();
    await stopHaproxy();
  });

  /** Echoes input. */
  function echo(outcome: ProxiedCaller | ProxyRefused): void {
    if (outcome.kind === 'refused') return;
    const line = telnetOver(outcome.socket);
    line.input$.subscribe({ next: (bytes) => line.write(bytes), complete: () => line.close() });
  }

  const runHaproxy = (words: string, more?: HaproxyOptions) => haproxyBefore(port, words, more);

  const outcome = () => firstValueFrom(outcome$.pipe(timeout(PATIENCE_MS)));

  for (const version of ['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options crc32c']) {
    it(`knows the client's address by ${version}, and receives its input`, async () => {
      if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
      const caller = await call(await runHaproxy(version), '127.0.0.1', CLIENT);
      caller.says('hello\r\n');

      expect(await outcome()).toEqual(jasmine.objectContaining({ kind: 'caller', address: CLIENT }));
      expect(await caller.hears('hello\r\n')).toContain('hello\r\n');
      caller.hangUp();
    });

    it(`knows the IPv4 address of a client on a dual-stack port by ${version}`, async () => {
      if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
      if (!IPV6) return pending('this machine has no IPv6');
      const caller = await call(await runHaproxy(version, { host: '::' }), '127.0.0.1', CLIENT);

      expect(await outcome()).toEqual(jasmine.objectContaining({ kind: 'caller', address: CLIENT }));
      caller.hangUp();
    });

    it(`knows the IPv6 address of a client by ${version}`, async () => {
      if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
      if (!IPV6) return pending('this machine has no IPv6');
      const caller = await call(await runHaproxy(version, { host: '::1' }), '::1');

      expect(await outcome()).toEqual(jasmine.objectContaining({ kind: 'caller', address: '::1' }));
      caller.hangUp();
    });
  }

  it("ignores HAProxy's health checks", async () => {
    if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
    // A check that waits for an answer. Checks that only connect reset the connection before it is accepted.
    await runHaproxy('send-proxy-v2 check', { more: 'option tcp-check\n  tcp-check expect string hello' });

    expect(await outcome()).toEqual(jasmine.objectContaining({ kind: 'caller', address: PROXY }));
  });

  it('admits no caller if HAProxy sends no header', async () => {
    if (!HAPROXY) return pending("haproxy isn't installed (Debian: haproxy)");
    const caller = await call(await runHaproxy(''), '127.0.0.1', CLIENT);
    caller.says('PROXY\r\n');

    expect(await outcome()).toEqual(
      jasmine.objectContaining({ kind: 'refused', why: 'no header', address: PROXY }),
    );
    expect(await caller.gone).toBe('');
  });
});
