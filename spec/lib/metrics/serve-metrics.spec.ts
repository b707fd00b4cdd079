import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { firstValueFrom, NEVER, ReplaySubject, type Subscription } from 'rxjs';
import { serveMetrics } from '../../../lib/metrics/serve-metrics.js';
import { NOTHING_YET, type Tally } from '../../../streams/tally.js';

describe('serveMetrics', () => {
  let phase: Tally['phase'];
  let port: number;
  let broken: boolean;
  let running: Subscription;
  beforeEach(async () => {
    phase = 'open';
    const address$ = new ReplaySubject<{ port: number }>(1);
    broken = false;
    const tally = () => {
      if (broken) throw new Error('no figures');
      return { ...NOTHING_YET, phase };
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

  it('serves metrics as Prometheus wants them', async () => {
    const { code, text, headers } = await get('/metrics');
    expect(code).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('impulse_sessions_active 0\n');
  });

  it('is healthy while it runs, and ready while callers are taken', async () => {
    const codes = async () => [(await get('/healthz')).code, (await get('/readyz')).code];
    expect(await codes()).toEqual([200, 200]);
    for (phase of ['opening', 'draining', 'closed'] as const) expect(await codes()).toEqual([200, 503]);
    expect((await get('/readyz')).text).toBe('closed\n');
  });

  it('has nothing else, and only to be read', async () => {
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

  it('answers 500 when its figures can’t be had, and goes on', async () => {
    broken = true;
    expect([(await get('/metrics')).code, (await get('/readyz')).code]).toEqual([500, 500]);
    broken = false;
    expect((await get('/readyz')).code).toBe(200);
  });

  it('refuses what is too large, and hangs up on more than it may have at once', async () => {
    const large = connect(port, '127.0.0.1');
    large.end(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(9000)}\r\n\r\n`);
    expect(String((await once(large, 'data'))[0])).toContain('431');
    large.destroy();

    const idle = Array.from({ length: 32 }, () => connect(port, '127.0.0.1'));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const tooMany = connect(port, '127.0.0.1').resume();
    await once(tooMany, 'close');
    idle[0]?.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(idle[0] as Socket, 'data'))[0])).toContain('200 OK');
    for (const socket of idle) socket.destroy();
  });

  it('hangs up on everybody when it is over', async () => {
    const idle = connect(port, '127.0.0.1').resume();
    await once(idle, 'connect');
    running.unsubscribe();
    await once(idle, 'close');
    await expectAsync(get('/healthz')).toBeRejected();
  });

  it("errors with the system's error when the port is taken", async () => {
    const again$ = serveMetrics({ host: '127.0.0.1', port }, NEVER, () => NOTHING_YET);
    await expectAsync(firstValueFrom(again$)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'EADDRINUSE' }),
    );
  });
});
