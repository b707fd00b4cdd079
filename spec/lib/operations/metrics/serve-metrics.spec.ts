import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { firstValueFrom, NEVER, ReplaySubject, type Subscription } from 'rxjs';
import { serveMetrics } from '../../../../lib/operations/metrics/serve-metrics.js';
import { type BoardStats, EMPTY_STATS } from '../../../../streams/events/stats.js';

describe('serveMetrics', () => {
  let phase: BoardStats['phase'];
  let port: number;
  let broken: boolean;
  let counts: { looks: number };
  let running: Subscription;
  beforeEach(async () => {
    phase = 'open';
    const address$ = new ReplaySubject<{ port: number }>(1);
    broken = false;
    counts = { looks: 0 };
    const tally = () => {
      counts.looks += 1;
      if (broken) throw new Error('no figures');
      return { ...EMPTY_STATS, phase };
    };
    running = serveMetrics({ host: '127.0.0.1', port: 0 }, NEVER, tally).subscribe(address$);
    port = (await firstValueFrom(address$)).port;
  });
  afterEach(() => running.unsubscribe());

  async function get(path: string, method = 'GET') {
    const asked = request({ host: '127.0.0.1', port, path, method, agent: false }).end();
    const [response] = await once(asked, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    return { code: response.statusCode, text, headers: response.headers };
  }

  it("serves metrics in Prometheus's format", async () => {
    const { code, text, headers } = await get('/metrics');
    expect(code).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('impulse_sessions_active 0\n');
  });

  it('is healthy while it runs, and ready while it admits callers', async () => {
    const codes = async () => [(await get('/healthz')).code, (await get('/readyz')).code];
    expect(await codes()).toEqual([200, 200]);
    for (phase of ['opening', 'suspended', 'draining', 'closed'] as const)
      expect(await codes()).toEqual([200, 503]);
    expect((await get('/readyz')).text).toBe('closed\n');
  });

  it('serves no other paths and methods', async () => {
    for (const path of ['/', '/metrics/', '/constructor', '/__proto__', '*'])
      expect((await get(path)).code)
        .withContext(path)
        .toBe(404);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await get('/metrics', method)).code)
        .withContext(method)
        .toBe(405);
    expect((await get('/healthz?probe=1')).code).toBe(200);
    expect(await get('/healthz', 'HEAD')).toEqual(jasmine.objectContaining({ code: 200, text: '' }));
  });

  it('answers 500 when a metric fails, and continues', async () => {
    broken = true;
    expect([(await get('/metrics')).code, (await get('/readyz')).code]).toEqual([500, 500]);
    broken = false;
    expect((await get('/readyz')).code).toBe(200);
  });

  it('refuses a request that is too large', async () => {
    const large = connect(port, '127.0.0.1');
    large.end(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`);
    expect(String((await once(large, 'data'))[0])).toContain('431');
    large.destroy();
  });

  it('answers a probe, however many connections are idle', async () => {
    const idle = Array.from({ length: 32 }, () => connect(port, '127.0.0.1').resume());
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const first = once(idle[0] as Socket, 'close');
    expect((await get('/healthz')).code).toBe(200);
    // Only the oldest connection was closed to make room.
    await first;
    idle[1]?.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(idle[1] as Socket, 'data'))[0])).toContain('200 OK');
    for (const socket of idle) socket.destroy();
  });

  it('answers one request for each connection', async () => {
    const asker = connect(port, '127.0.0.1');
    asker.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n'.repeat(900));
    let answers = '';
    asker.on('data', (bytes) => {
      answers += bytes;
    });
    await once(asker, 'close');
    expect(answers.match(/HTTP\/1\.1 /g)?.length).toBe(1);
    expect(answers).toContain('\r\nConnection: close\r\n');
  });

  it('renders the metrics at most once a second', async () => {
    await get('/metrics');
    const { looks } = counts;
    expect(looks).toBeGreaterThan(0);
    for (let count = 0; count < 5; count += 1) expect((await get('/metrics')).code).toBe(200);
    expect(counts.looks).toBe(looks);
  });

  it('closes all connections when unsubscribed', async () => {
    const idle = connect(port, '127.0.0.1').resume();
    await once(idle, 'connect');
    running.unsubscribe();
    await once(idle, 'close');
    await expectAsync(get('/healthz')).toBeRejected();
  });

  it("errors with the system's error when the port is taken", async () => {
    const again$ = serveMetrics({ host: '127.0.0.1', port }, NEVER, () => EMPTY_STATS);
    await expectAsync(firstValueFrom(again$)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EADDRINUSE' }),
    );
  });
});
