import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, map } from 'rxjs';
import { WebSocket } from 'ws';
import { createImpulse, type Impulse } from '../../lib/create-impulse.js';
import { web } from '../../lib/transports/web/web.js';
import { selfSigned } from '../support/certificate.js';
import { deployed } from '../support/deploy.js';
import { has } from '../support/shells.js';

// Debian's isn't in every user's PATH.
const NGINX = ['nginx', '/usr/sbin/nginx'].find(has);

describe('nginx.conf', () => {
  let folder: string;
  let board: Impulse;
  let child: ChildProcess | undefined;
  const { cert, key } = selfSigned();

  beforeEach(() => {
    if (NGINX === undefined) pending('nginx is not installed (Debian: nginx)');
    folder = mkdtempSync(join(tmpdir(), 'impulse-nginx-'));
  });
  afterEach(async () => {
    if (child) {
      const gone = once(child, 'close');
      child.kill();
      await gone;
      child = undefined;
    }
    await board?.shutdown('done', { force: true });
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs nginx with our file before a board. */
  async function nginxBefore(port: number): Promise<number> {
    // nginx can't be told to take any free port.
    const socket = net.createServer().listen(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port: ownPort } = socket.address() as net.AddressInfo;
    socket.close();
    await once(socket, 'close');
    const file = (name: string) => join(folder, name);
    writeFileSync(file('cert.pem'), cert);
    writeFileSync(file('key.pem'), key);
    const ours = deployed('nginx.conf')
      .replace(/server \{\s+listen 80;[\s\S]*?\n\}\n/, '')
      .replace('listen 443 ssl;', `listen 127.0.0.1:${ownPort} ssl;`)
      .replace('listen [::]:443 ssl;', '')
      .replace(/ssl_certificate .*;/, `ssl_certificate ${file('cert.pem')};`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${file('key.pem')};`)
      .replace('127.0.0.1:8080', `127.0.0.1:${port}`);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${file(name)};`)
      .join('\n');
    writeFileSync(
      file('nginx.conf'),
      `daemon off;
master_process off;
pid ${file('pid')};
error_log stderr;
events {}
http {
access_log off;
${folders}
${ours}
}
`,
    );
    child = spawn(NGINX as string, ['-p', folder, '-c', file('nginx.conf')], { stdio: 'ignore' });
    while (!(await canConnect(ownPort)));
    return ownPort;
  }

  it('serves the page, and tells the board who calls', async () => {
    board = createImpulse({
      app: (session) => session.line$.pipe(map((line) => `${line} from ${session.address}\n`)),
      penalties: false,
      listeners: [web({ port: 0, name: 'Proxied', forwardedFrom: (address) => address === '127.0.0.1' })],
    });
    await board.start();
    const port = await nginxBefore(board.addresses[0]?.port as number);

    const { default: https } = await import('node:https');
    const [response] = await once(https.get({ port, host: '127.0.0.1', ca: cert }), 'response');
    expect(response.statusCode).toBe(200);
    let html = '';
    for await (const chunk of response) html += chunk;
    expect(html).toContain('<title>Proxied</title>');

    const opened = firstValueFrom(board.event$.pipe(filter(({ type }) => type === 'sessionOpened')));
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, 'terminal.mudstandards.org', {
      ca: cert,
      localAddress: '127.0.0.2',
      origin: `https://127.0.0.1:${port}`,
      // Only what nginx adds is believed.
      headers: { 'X-Forwarded-For': '192.0.2.66' },
    });
    await once(socket, 'open');
    expect(await opened).toEqual(
      jasmine.objectContaining({ address: '127.0.0.2', transport: 'web' } as never),
    );
    const closed = once(socket, 'close');
    socket.terminate();
    await closed;
  });
});

async function canConnect(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
