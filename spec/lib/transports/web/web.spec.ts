import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { get as getSecurely } from 'node:https';
import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import {
  concat,
  filter,
  firstValueFrom,
  ignoreElements,
  map,
  NEVER,
  of,
  take,
  VirtualTimeScheduler,
} from 'rxjs';
import { WebSocket } from 'ws';
import { createImpulse, type Impulse, type ImpulseOptions } from '../../../../lib/create-impulse.js';
import { telnet } from '../../../../lib/transports/telnet/telnet.js';
import { MAX_HTTP_PER_ADDRESS, REQUEST_MS } from '../../../../lib/transports/web/http-connections.js';
import { type WebOptions, web } from '../../../../lib/transports/web/web.js';
import type { TimedEvent } from '../../../../streams/types/events.js';
import { call, PATIENCE_MS } from '../../../support/caller.js';
import { selfSigned } from '../../../support/certificate.js';
import { startWebCall, type WebCallOptions, webCall } from '../../../support/web-caller.js';

const opened: Impulse[] = [];
const callers: { terminate(): void }[] = [];
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.terminate();
  await Promise.all(opened.splice(0).map((impulse) => impulse.shutdown('done', { force: true })));
});

async function open(webOptions: WebOptions = {}, options: Partial<ImpulseOptions> = {}) {
  const impulse = createImpulse({
    app: (session) =>
      concat(
        of('Hello.\n'),
        session.line$.pipe(
          map((line) =>
            line === 'terminal'
              ? `${JSON.stringify(session.terminal)}\n`
              : `${session.transport} ${session.terminal.columns} says ${line}\n`,
          ),
        ),
      ),
    penalties: false,
    maxPerAddress: null,
    listeners: [web({ port: 0, ...webOptions }), telnet({ port: 0 })],
    ...options,
  });
  opened.push(impulse);
  const events: TimedEvent[] = [];
  impulse.event$.subscribe((event) => events.push(event));
  await impulse.start();
  const [port, plain] = impulse.addresses.map((each) => each.port) as [number, number];
  const seen = (type: TimedEvent['type']) =>
    firstValueFrom(impulse.event$.pipe(filter((event) => event.type === type)));
  return { impulse, events, port, plain, seen };
}

const start = (port: number, options?: WebCallOptions) => {
  const caller = startWebCall(port, options);
  callers.push(caller.socket);
  return caller;
};
const callWeb = async (port: number, options?: WebCallOptions) => {
  const caller = await webCall(port, options);
  callers.push(caller.socket);
  return caller;
};
/** Calls as a page does, and logs in. */
async function logIn(port: number, handle: string, options: WebCallOptions = {}) {
  const caller = await callWeb(port, { path: '/?session=new', acknowledges: true, ...options });
  await caller.hears('Handle: ');
  caller.says(`${handle}\r`);
  await caller.hears('Hello.');
  return caller;
}
const tokenOf = (caller: { told(name: string): Record<string, unknown>[] }) =>
  caller.told('Impulse.Session')[0]?.token as string;

/** Goes on with a session by its token. */
async function resume(port: number, token: unknown, received?: number) {
  const caller = await callWeb(port, { path: '/?session=resume', acknowledges: true });
  caller.tells('Impulse.Resume', { token, ...(received === undefined ? {} : { received }) });
  await caller.until('the session is told', () => caller.told('Impulse.Session').length > 0);
  return caller;
}

interface Answer {
  readonly code: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
const fetchFrom = (port: number, path = '/', options: object = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ port, path, host: '127.0.0.1', ...options }, async (response) => {
      const body: Buffer[] = [];
      for await (const chunk of response) body.push(chunk);
      resolve({ code: response.statusCode, headers: response.headers, body: Buffer.concat(body) });
    });
    asked.on('error', reject);
    asked.end();
  });

/** Sends bytes over TCP, and resolves with all that comes back. */
const exchange = async (port: number, text: string) => {
  const caller = await call(port);
  callers.push({ terminate: () => caller.hangUp() });
  caller.says(text);
  return caller.gone;
};

describe('web', () => {
  describe('serves the page', () => {
    it('with its title, to those who are no callers', async () => {
      const { port, events } = await open({ name: 'Tom & <b>', telnet: 'telnet bbs.example 2323' });
      const { code, headers, body } = await fetchFrom(port);
      expect(code).toBe(200);
      expect(body.toString()).toContain('<title>Tom &amp; &lt;b&gt;');
      expect(body.toString()).toContain('telnet bbs.example 2323');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cache-control']).toBe('no-cache');
      expect(events.map(({ type }) => type)).toEqual(['serverListening', 'serverListening']);
    });

    it('and all its files, which a browser keeps', async () => {
      const { port } = await open();
      const page = (await fetchFrom(port)).body.toString();
      const script = /src="([\w/]+\/page\.js)"/.exec(page)?.[1];
      const folder = script?.replace('page.js', '') ?? '';
      for (const [file, type] of [
        ['page.js', 'text/javascript; charset=utf-8'],
        ['xterm.mjs', 'text/javascript; charset=utf-8'],
        ['addon-fit.mjs', 'text/javascript; charset=utf-8'],
        ['xterm.css', 'text/css; charset=utf-8'],
        ['icon.svg', 'image/svg+xml'],
      ]) {
        const plain = await fetchFrom(port, `/${folder}${file}`);
        expect([plain.code, plain.headers['content-type']]).toEqual([200, type]);
        expect(plain.headers['cache-control']).toContain('immutable');
        const gzipped = await fetchFrom(port, `/${folder}${file}`, {
          headers: { 'Accept-Encoding': 'br, gzip' },
        });
        expect(gzipped.headers['content-encoding']).toBe('gzip');
        expect(gunzipSync(gzipped.body).equals(plain.body)).toBeTrue();
        const known = await fetchFrom(port, `/${folder}${file}`, {
          headers: { 'If-None-Match': plain.headers.etag },
        });
        expect([known.code, known.body.length]).toEqual([304, 0]);
      }
    });

    it('to GET and HEAD, and answers the rest in HTTP', async () => {
      const { port } = await open();
      const head = await fetchFrom(port, '/', { method: 'HEAD' });
      expect([head.code, head.body.length]).toEqual([200, 0]);
      expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
      expect((await fetchFrom(port, '/none')).code).toBe(404);
      expect((await fetchFrom(port, '/../package.json')).code).toBe(404);
      const post = await fetchFrom(port, '/', { method: 'POST' });
      expect([post.code, post.headers.allow]).toEqual([405, 'GET, HEAD']);
      expect(await exchange(port, 'hello\r\n\r\n')).toContain('HTTP/1.1 400 Bad Request');
      expect(await exchange(port, `GET /${'x'.repeat(9000)}`)).toContain('HTTP/1.1 431 ');
    });

    it('once on a connection, whatever follows', async () => {
      const { port } = await open();
      const answers = await exchange(port, 'GET /none HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000));
      expect(answers.split('HTTP/1.1 404').length).toBe(2);
    });

    it('and health, if asked', async () => {
      let isReady = true;
      const { port } = await open({ health: () => isReady });
      expect((await fetchFrom(port, '/healthz')).code).toBe(200);
      expect((await fetchFrom(port, '/readyz')).code).toBe(200);
      isReady = false;
      expect((await fetchFrom(port, '/healthz')).code).toBe(200);
      expect((await fetchFrom(port, '/readyz')).code).toBe(503);
      const { port: other } = await open();
      expect((await fetchFrom(other, '/healthz')).code).toBe(404);
    });

    it('by HTTPS with a certificate, and callers too', async () => {
      const certificate = selfSigned();
      const { port } = await open({ certificate$: of(certificate) });
      const [response] = await once(
        getSecurely({ port, host: '127.0.0.1', ca: certificate.cert, agent: false }),
        'response',
      );
      expect(response.statusCode).toBe(200);
      response.resume();
      const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { ca: certificate.cert });
      callers.push(socket);
      const [first] = await once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
      expect(first.toString()).toContain('Handle: ');
      // In the clear: no crash, and no caller.
      await exchange(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    });
  });

  describe('takes callers', () => {
    it('on one board with telnet, by all subprotocols', async () => {
      const { impulse, port, plain, events } = await open();
      const ann = await logIn(port, 'ann');
      ann.says('hello\r');
      await ann.hears('web 80 says hello');
      const bob = await call(plain);
      bob.says('bob\r\nhello\r\n');
      await bob.hears('telnet 80 says hello');
      for (const [index, protocol] of ['terminal.mudstandards.org', 'telnet', 'binary'].entries()) {
        const caller = await callWeb(port, { protocols: ['unknown', protocol] });
        expect(caller.socket.protocol).toBe(protocol);
        await caller.hears('Handle: ');
        caller.says(`carl${index}\r\nhello\r\n`);
        await caller.hears('says hello');
      }
      expect([...impulse.sessions.values()].map(({ transport }) => transport)).toEqual([
        'web',
        'telnet',
        'web',
        'web',
        'web',
      ]);
      expect(events.some((event) => event.type === 'sessionOpened' && event.transport === 'web')).toBeTrue();
    });

    it('with a window, that the page changes; and knows of a screen reader', async () => {
      const { port } = await open();
      const ann = await logIn(port, 'ann', { path: '/?session=new&columns=100&rows=30' });
      ann.says('terminal\r');
      await ann.hears('"columns":100,"rows":30,"echo":true,"type":"xterm-256color"');
      await ann.hears('"colours":true,"cursor":true,');
      await ann.hears('"links":true');
      ann.tells('Impulse.Window', { columns: 40, rows: 12 });
      ann.tells('Impulse.ScreenReader', { on: true });
      ann.tells('Impulse.Window', { columns: -1, rows: 'many' });
      ann.tells('Unknown.Package', null);
      ann.socket.send('nothing known');
      ann.says('terminal\r');
      await ann.hears('"columns":40,"rows":12');
      await ann.hears('"colours":false,"cursor":false,"screenReader":true');
      expect(ann.socket.readyState).toBe(WebSocket.OPEN);
    });

    it('who speak GMCP in text frames', async () => {
      const { port } = await open(
        {},
        {
          app: (session) => {
            session.gmcp('Char.Vitals', { hp: 7 });
            return session.gmcp$.pipe(map(({ name, value }) => `${name} is ${JSON.stringify(value)}\n`));
          },
        },
      );
      const ann = await callWeb(port, { protocols: ['terminal.mudstandards.org'] });
      await ann.hears('Handle: ');
      ann.tells('Core.Hello', { client: 'mine', version: 1 });
      ann.socket.send('Core.Ping');
      await ann.until('the ping is answered', () => ann.packages.includes('Core.Ping'));
      ann.says('ann\r');
      await ann.hears('Core.Hello is {"client":"mine","version":1}');
      expect(ann.told('Char.Vitals')).toEqual([{ hp: 7 }]);
    });

    it('but no page of another origin', async () => {
      const { port, events } = await open();
      const evil = start(port, { headers: { Origin: 'http://evil.example' } });
      const [, response] = await once(evil.socket, 'unexpected-response');
      expect(response.statusCode).toBe(403);
      response.resume();
      const own = await callWeb(port, { headers: { Origin: `http://127.0.0.1:${port}` } });
      await own.hears('Handle: ');
      expect(events.filter(({ type }) => type === 'sessionOpened').length).toBe(1);
    });

    it('by the address that a trusted proxy tells', async () => {
      const { port, events } = await open({ forwardedFrom: (address) => address === '127.0.0.1' });
      const caller = await callWeb(port, { headers: { 'X-Forwarded-For': '1.1.1.1, 198.51.100.7' } });
      await caller.hears('Handle: ');
      const { port: other, events: others } = await open();
      const lying = await callWeb(other, { headers: { 'X-Forwarded-For': '198.51.100.7' } });
      await lying.hears('Handle: ');
      const addresses = (of: TimedEvent[]) =>
        of.flatMap((event) => (event.type === 'sessionOpened' ? [event.address] : []));
      expect([addresses(events), addresses(others)]).toEqual([['198.51.100.7'], ['127.0.0.1']]);
    });

    it('and refuses one whose proxy could not be judged', async () => {
      const { port, seen } = await open({
        forwardedFrom: () => {
          throw new Error('no list');
        },
      });
      const refused = seen('connectionRefused');
      start(port, { headers: { 'X-Forwarded-For': '198.51.100.7' } });
      expect(await refused).toEqual(jasmine.objectContaining({ reason: 'error' } as never));
    });

    it('and answers a handshake that is none with 426', async () => {
      const { port, events } = await open();
      const answer = await fetchFrom(port, '/', { headers: { Connection: 'Upgrade', Upgrade: 'h2c' } });
      expect([answer.code, answer.headers['sec-websocket-version']]).toEqual([426, '13']);
      expect(events.some(({ type }) => type === 'sessionOpened')).toBeFalse();
    });
  });

  describe('refuses callers', () => {
    it('in words over the WebSocket, and says to come later, or not at all', async () => {
      const busy = await open({}, { maxSessions: 1, waitingRoom: 0 });
      await logIn(busy.port, 'ann');
      const bob = await callWeb(busy.port);
      expect(await bob.gone).toBe(1013);
      expect(bob.heard).toContain('busy');
      expect(bob.closeReason).toContain('busy');
      const { port } = await open({}, { blocked: () => true });
      const carl = await callWeb(port);
      expect(await carl.gone).toBe(1008);
    });

    it('in HTTP, if the board is called too often', async () => {
      const { port } = await open({}, { connectionRate: { count: 1, perMs: 3_600_000, burst: 1 } });
      await (await callWeb(port)).hears('Handle: ');
      const again = start(port);
      const [, response] = await once(again.socket, 'unexpected-response');
      response.resume();
      expect(response.statusCode).toBe(503);
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    });
  });

  describe('resumes', () => {
    it('a session whose socket was lost, without loss of output', async () => {
      const { impulse, port, events } = await open();
      const ann = await logIn(port, 'ann');
      ann.says('half a li');
      await ann.hears('half a li');
      const before = ann.received.length;
      ann.socket.terminate();
      impulse.broadcast('while you were away');
      const again = await resume(port, tokenOf(ann), before);
      expect(again.told('Impulse.Session')[0]).toEqual({
        token: tokenOf(ann),
        bytes: before,
        to: jasmine.any(Number),
        resumed: true,
        reset: false,
      });
      await again.hears('while you were away');
      again.says('ne\r');
      await again.hears('web 80 says half a line');
      expect(again.heard).not.toContain('Hello.');
      expect(events.filter(({ type }) => type === 'sessionOpened').length).toBe(1);
      expect(events.some(({ type }) => type === 'sessionClosed')).toBeFalse();
    });

    it('on an empty screen after the page was loaded again, half-typed line and all', async () => {
      const { port } = await open();
      const ann = await logIn(port, 'ann');
      ann.says('half a li');
      await ann.hears('half a li');
      const screen = ann.heard;
      // As a browser closes it when the page is left.
      ann.socket.close(1001);
      await ann.gone;
      const again = await resume(port, tokenOf(ann));
      expect(again.told('Impulse.Session')[0]).toEqual(jasmine.objectContaining({ bytes: 0, reset: true }));
      await again.hears('half a li');
      expect(again.heard).toBe(screen);
    });

    it('in the page that comes last, and tells the other', async () => {
      const { port, impulse } = await open();
      const ann = await logIn(port, 'ann');
      const again = await resume(port, tokenOf(ann));
      expect(await ann.gone).toBe(4001);
      again.says('hello\r');
      await again.hears('says hello');
      expect(impulse.sessions.size).toBe(1);
    });

    it('not with a wrong token, which gets a new session', async () => {
      const { port, impulse } = await open();
      const ann = await logIn(port, 'ann');
      const token = tokenOf(ann);
      const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`;
      for (const bad of [wrong, '', 7, null, token.slice(0, 8)]) {
        const other = await resume(port, bad);
        expect(other.told('Impulse.Session')[0]).toEqual(
          jasmine.objectContaining({ bytes: 0, resumed: false, reset: true }),
        );
        await other.hears('Handle: ');
      }
      expect(impulse.sessions.size).toBe(6);
      expect(ann.socket.readyState).toBe(WebSocket.OPEN);
    });

    it('not after the time is over, nor after the page hung up', async () => {
      const { port, seen } = await open({ resumeMs: 50 });
      const ann = await logIn(port, 'ann');
      const closed = seen('sessionClosed');
      ann.socket.terminate();
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'lost' } as never));
      const late = await resume(port, tokenOf(ann));
      expect(late.told('Impulse.Session')[0]?.resumed).toBeFalse();

      const { port: other, seen: seenThere } = await open();
      const bob = await logIn(other, 'bob');
      const left = seenThere('sessionClosed');
      bob.socket.close(1000);
      expect(await left).toEqual(jasmine.objectContaining({ reason: 'hangup' } as never));
    });

    it('nothing if that is off, nor a client that did not ask for it', async () => {
      const { port, seen } = await open({ resumeMs: 0 });
      const ann = await logIn(port, 'ann');
      expect(ann.packages).toEqual([]);
      const closed = seen('sessionClosed');
      ann.socket.terminate();
      await closed;
      const { port: other, seen: seenThere } = await open();
      const bob = await callWeb(other);
      await bob.hears('Handle: ');
      expect(bob.packages).toEqual([]);
      const left = seenThere('sessionClosed');
      bob.socket.terminate();
      await left;
    });

    it('nothing after the board ended the session, which it tells with 1000', async () => {
      const { impulse, port } = await open();
      const ann = await logIn(port, 'ann');
      for (const id of impulse.sessions.keys()) impulse.kick(id);
      expect(await ann.gone).toBe(1000);
      const again = await resume(port, tokenOf(ann));
      expect(again.told('Impulse.Session')[0]?.resumed).toBeFalse();
    });
  });

  describe('is not harmed', () => {
    it('by a page that never acknowledges: the session holds the app, and ends as slow', async () => {
      const { port, seen } = await open(
        {},
        {
          app: (session) =>
            concat(of('Hello.\n'), session.line$.pipe(map(() => `${'x'.repeat(200_000)}\n`)), NEVER),
          outputLimitBytes: 300_000,
        },
      );
      const ann = await logIn(port, 'ann', { acknowledges: false });
      const closed = seen('sessionClosed');
      for (let count = 0; count < 6; count += 1) ann.says('more\r');
      await ann.until('the window is full', () => ann.received.length > 200_000);
      expect(ann.received.length).toBeLessThan(300_000);
      expect(await Promise.race([closed, new Promise((resolve) => setImmediate(resolve, 'open'))])).toBe(
        'open',
      );
      ann.tells('Impulse.Ack', { bytes: ann.received.length });
      await ann.until('more comes', () => ann.received.length > 300_000);
    });

    for (const [what, send] of [
      ['bad UTF-8', (raw: Socket) => raw.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]))],
      [
        'a frame that is too long',
        (raw: Socket) => raw.write(Buffer.from([0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0])),
      ],
      ['a frame without a mask', (raw: Socket) => raw.write(Buffer.from([0x82, 1, 65]))],
      ['a frame of an unknown kind', (raw: Socket) => raw.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))],
    ] as const) {
      it(`by ${what}, which ends that session alone`, async () => {
        const { port, seen } = await open();
        const ann = await logIn(port, 'ann');
        const closed = seen('sessionClosed');
        const bob = await callWeb(port, { path: '/?session=new' });
        await bob.hears('Handle: ');
        // Past the library, which sends no such thing.
        const raw = (bob.socket as unknown as { _socket: Socket })._socket;
        if (what === 'a frame that is too long')
          raw.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]));
        else send(raw);
        expect(await closed).toEqual(jasmine.objectContaining({ reason: 'protocol' } as never));
        await bob.gone;
        ann.says('hello\r');
        await ann.hears('says hello');
      });
    }

    it('by input in tiny fragments', async () => {
      const { port } = await open();
      const ann = await logIn(port, 'ann');
      for (const letter of 'hello') ann.socket.send(Buffer.from(letter), { binary: true, fin: false });
      ann.socket.send(Buffer.from('\r'), { binary: true, fin: true });
      await ann.hears('says hello');
      expect(ann.packages.length).toBe(1);
    });

    it('by empty and tiny frames while the app reads nothing', async () => {
      const { port, seen } = await open(
        {},
        { app: (session) => concat(of('Hello.\n'), session.line$.pipe(take(1), ignoreElements()), NEVER) },
      );
      const ann = await logIn(port, 'ann');
      const closed = seen('sessionClosed');
      let pongs = 0;
      ann.socket.on('pong', () => {
        pongs += 1;
      });
      for (let count = 0; count < 2000; count += 1) ann.says(count % 2 === 0 ? '' : 'x');
      ann.socket.ping();
      await once(ann.socket, 'pong');
      expect(pongs).toBe(1);
      ann.socket.close(1000);
      expect(await closed).toEqual(jasmine.objectContaining({ reason: 'hangup' } as never));
    });

    it('by half a handshake, or one whose client goes', async () => {
      const { port, events } = await open();
      const half = await call(port);
      half.says('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
      half.socket.end();
      expect(await half.gone).toBe('');
      const gone = connect(port, '127.0.0.1');
      gone.on('error', () => {});
      gone.write(
        'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
        () => gone.destroy(),
      );
      await once(gone, 'close');
      const ann = await logIn(port, 'ann');
      ann.says('hello\r');
      await ann.hears('says hello');
      expect(events.some(({ type }) => type === 'serverFailed')).toBeFalse();
    });

    it('by requests that never end: they are closed at their deadline, or when there are too many', async () => {
      const clock = new VirtualTimeScheduler();
      const { port } = await open({ scheduler: clock });
      const slow = await call(port);
      slow.says('GET / HTTP/1.1\r\nHost: x\r\nA: ');
      const silent = await callWeb(port, { path: '/?session=resume' });
      const more = await Promise.all(Array.from({ length: MAX_HTTP_PER_ADDRESS }, () => call(port)));
      // The two before were the oldest.
      expect([await slow.gone, await silent.gone]).toEqual(['', 1006]);
      clock.maxFrames = clock.frame + REQUEST_MS;
      clock.flush();
      await Promise.all(more.map(({ gone }) => gone));
      expect((await fetchFrom(port)).code).toBe(200);
    });

    it('by one that asks to resume and says nothing', async () => {
      const { port, impulse } = await open();
      const silent = await callWeb(port, { path: '/?session=resume' });
      await logIn(port, 'ann');
      expect(impulse.sessions.size).toBe(1);
      await impulse.shutdown('done', { force: true });
      expect(await silent.gone).toBe(1006);
    });

    it('by a client that sends pings and reads nothing', async () => {
      const { port } = await open();
      const bob = await callWeb(port);
      await bob.hears('Handle: ');
      bob.socket.ping('are you there?');
      const [answer] = await once(bob.socket, 'pong');
      expect(answer.toString()).toBe('are you there?');
    });
  });

  it('is where the telnet port sends browsers to', async () => {
    const page = 'https://bbs.example/';
    const { plain, seen } = await open({}, { listeners: [web({ port: 0 }), telnet({ port: 0, page })] });
    const refused = seen('connectionRefused');
    expect(await exchange(plain, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toContain(page);
    expect(await refused).toEqual(
      jasmine.objectContaining({ reason: 'wrong-protocol', transport: 'telnet' } as never),
    );
    expect(() => telnet({ page: 'javascript:alert(1)' })).toThrowError(/^page 'javascript/);
    expect(() => telnet({ page: 'http://x\r\nEvil: 1' })).toThrowError(/^page 'http/);
  });

  it('answers HTTP again at the same port after it was suspended', async () => {
    const { port, impulse } = await open();
    const ann = await logIn(port, 'ann');
    impulse.suspend();
    ann.says('hello\r');
    await ann.hears('says hello');
    await impulse.resume();
    expect((await fetchFrom(port)).code).toBe(200);
    ann.socket.terminate();
    const again = await resume(port, tokenOf(ann));
    expect(again.told('Impulse.Session')[0]?.resumed).toBeTrue();
  });

  it('names an option that it can not use', () => {
    expect(() => web({ origins: ['bbs.example'] })).toThrowError(
      /^origins .*from web.*: allowed is a list of origins/,
    );
    expect(() => web({ resumeMs: -1 })).toThrowError(/^resumeMs -1 \(from web\)/);
    expect(() => web({ proxyFrom: () => true } as never)).toThrowError(
      /^proxyFrom \(from web\) is not an option/,
    );
  });
});
