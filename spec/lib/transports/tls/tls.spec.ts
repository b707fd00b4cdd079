import { once } from 'node:events';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { filter, firstValueFrom, map, NEVER, type Observable, of, Subject, startWith } from 'rxjs';
import type { Certificate } from '../../../../lib/config/certificate.js';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../../../lib/create-impulse.js';
import { telnet } from '../../../../lib/transports/telnet/telnet.js';
import { tls } from '../../../../lib/transports/tls/tls.js';
import type { TimedEvent } from '../../../../streams/types/events.js';
import { call, PATIENCE_MS } from '../../../support/caller.js';
import { selfSigned } from '../../../support/certificate.js';

const certificate = selfSigned();

const opened: Impulse[] = [];
const secured: TLSSocket[] = [];
afterEach(async () => {
  for (const socket of secured.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('done', { force: true })));
});

async function open(
  options: Partial<ImpulseOptions> = {},
  certificate$: Observable<Certificate> = of(certificate),
) {
  const impulse = createImpulse({
    app: (session) => session.line$.pipe(map((line) => `${session.transport} says ${line}\n`)),
    penalties: false,
    maxPerAddress: null,
    listeners: [tls({ port: 0, certificate$ }), telnet({ port: 0 })],
    ...options,
  });
  opened.push(impulse);
  const events: TimedEvent[] = [];
  impulse.event$.subscribe((event) => events.push(event));
  await impulse.start();
  const [secure, plain] = impulse.addresses.map(({ port }) => port) as [number, number];
  const seen = (type: TimedEvent['type']) =>
    firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));
  return { impulse, events, secure, plain, seen };
}

/** Calls over TLS. */
async function callSecurely(port: number, options = {}) {
  const socket = connectTls({ port, host: '127.0.0.1', ca: certificate.cert, ...options });
  secured.push(socket);
  await once(socket, 'secureConnect');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  socket.on('error', () => {});
  const gone = once(socket, 'close');
  return {
    socket,
    gone,
    get heard() {
      return heard;
    },
    async hears(words: string) {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      while (!heard.includes(words)) await once(socket, 'data', { signal });
    },
  };
}

describe('tls', () => {
  it('is one board with the other listeners: the same sessions, and events that name the transport', async () => {
    const { impulse, events, secure, plain } = await open();
    const ann = await callSecurely(secure);
    await ann.hears('Handle: ');
    ann.socket.write('ann\r\nhello\r\n');
    await ann.hears('tls says hello');
    const bob = await call(plain);
    bob.says('bob\r\nhello\r\n');
    await bob.hears('telnet says hello');
    expect([...impulse.sessions.values()].map(({ transport, node }) => [transport, node])).toEqual([
      ['tls', 1],
      ['telnet', 2],
    ]);
    const told = events.flatMap((event) => ('transport' in event ? [[event.type, event.transport]] : []));
    expect(told).toEqual([
      ['serverListening', 'tls'],
      ['serverListening', 'telnet'],
      ['sessionOpened', 'tls'],
      ['sessionOpened', 'telnet'],
    ]);
    await impulse.shutdown('done', { force: true });
    await Promise.all([ann.gone, bob.gone]);
  });

  it('tells a caller that all nodes are busy, and gives one from a blocked address no handshake', async () => {
    const { impulse, secure, seen } = await open({ maxSessions: 1, waitingRoom: 0 });
    const ann = await callSecurely(secure);
    await ann.hears('Handle: ');
    const bob = await callSecurely(secure);
    await bob.hears('busy');
    await bob.gone;
    await impulse.shutdown('done', { force: true });

    const other = await open({ blocked: () => true });
    const refused = other.seen('connectionRefused');
    await expectAsync(callSecurely(other.secure)).toBeRejected();
    expect(await refused).toEqual(jasmine.objectContaining({ reason: 'blocked', transport: 'tls' } as never));
    expect(seen).toBeDefined();
  });

  it('refuses a client that speaks HTTP or something else in the clear as wrong-protocol', async () => {
    const { secure, seen } = await open();
    for (const [words, protocol] of [
      ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'http'],
      ['hello, is this a board?\r\n', undefined],
    ] as const) {
      const refused = seen('connectionRefused');
      const caller = await call(secure);
      caller.says(words);
      expect(await refused).toEqual(
        jasmine.objectContaining({ reason: 'wrong-protocol', ...(protocol ? { protocol } : {}) } as never),
      );
      await caller.gone;
    }
  });

  it('counts a caller who never finishes the handshake as not logged in, and ends it at the deadline', async () => {
    const { secure, seen } = await open({ loginTimeoutMs: 50 });
    const closed = seen('sessionClosed');
    const caller = await call(secure);
    // The beginning of a ClientHello.
    caller.says(Uint8Array.of(0x16, 3, 1, 0, 200, 1));
    expect(await closed).toEqual(
      jasmine.objectContaining({ reason: 'login-timeout', transport: 'tls' } as never),
    );
    await caller.gone;
  });

  it('uses a new certificate for new callers, and keeps the calls of the former one', async () => {
    const certificates = new Subject<Certificate>();
    const { secure } = await open({}, certificates.pipe(startWith(certificate)));
    const ann = await callSecurely(secure);
    const later = selfSigned({ name: 'later.example' });
    certificates.next(later);
    const bob = await callSecurely(secure, { ca: later.cert, servername: 'later.example' });
    expect(bob.socket.getPeerCertificate().subject.CN).toBe('later.example');
    ann.socket.write('ann\r\nstill here\r\n');
    await ann.hears('tls says still here');
  });

  it('keeps the former certificate if a later one has the key of another, with a warning', async () => {
    const certificates = new Subject<Certificate>();
    const { secure } = await open({}, certificates.pipe(startWith(certificate)));
    const warned = once(process, 'warning');
    certificates.next({ cert: certificate.cert, key: selfSigned().key });
    expect(String((await warned)[0])).toContain(
      'the key belongs to another certificate; the former one stays in use',
    );
    await (await callSecurely(secure)).hears('Handle: ');
  });

  it("doesn't open without a certificate that can be used", async () => {
    const broken = createImpulse({
      app: () => NEVER,
      listeners: [tls({ port: 0, certificate$: of({ cert: 'none', key: 'none' }) })],
    });
    await expectAsync(broken.start()).toBeRejectedWithError(
      "the certificate and its key can't be used: the certificate is not a text in PEM",
    );
  });
});
