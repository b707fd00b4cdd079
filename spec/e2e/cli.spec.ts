import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../support/caller.js';
import { impulse, startBoard, stopAll } from '../support/cli.js';

describe('the impulse command', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'impulse-'));
  });
  afterEach(() => {
    stopAll();
    rmSync(cwd, { recursive: true });
  });

  it('prints its help when it is called bare, and when asked to', async () => {
    for (const args of [[], ['--help']]) {
      const { code, stdout, stderr } = await impulse(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Usage: impulse.*serve.*check-config/s);
      expect(stderr).toBe('');
    }
  });

  it('prints its version', async () => {
    expect(await impulse(['--version'])).toEqual(jasmine.objectContaining({ code: 0, stdout: '0.1.0\n' }));
  });

  it('exits 2 at a wrong flag or command, with one line that names it', async () => {
    const wrong = { '--prot': ['serve', '--prot', '1'], '--port': ['serve', '--port'], sevre: ['sevre'] };
    for (const [name, args] of Object.entries(wrong)) {
      const { code, stdout, stderr } = await impulse(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^impulse: [^\n]*\n$/);
      expect(stderr).toContain(name);
    }
  });

  it('exits 78 at a wrong value, with a line that names the value, its source and what is allowed', async () => {
    writeFileSync(join(cwd, '.env'), 'IMPULSE_IDLE_TIMEOUT=soon\n');
    const { code, stderr } = await impulse(['serve', '--port', 'abc'], {
      cwd,
      env: { IMPULSE_LOG_FORMAT: 'xml' },
    });

    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toEqual([
      'impulse: port "abc" (from --port): allowed is a whole number from 0 to 65535',
      jasmine.stringMatching(
        /^impulse: idle-timeout "soon" \(from \.env \(IMPULSE_IDLE_TIMEOUT\)\): allowed is a duration/,
      ),
      'impulse: log-format "xml" (from IMPULSE_LOG_FORMAT): allowed is one of text, json',
    ]);
  });

  it('exits 78 when the open-files limit cannot carry --max-sessions', async () => {
    const { code, stderr } = await impulse(['serve', '--port', '0', '--max-sessions', '1000000']);

    expect(code).toBe(78);
    expect(stderr).toMatch(/^impulse: [^\n]*1000000[^\n]*ulimit -n[^\n]*\n$/);
  });

  it('exits 1 when the port is in use, and says which', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const { code, stderr } = await impulse(['serve', '--port', `${port}`]);
    server.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^[^\\n]*127\\.0\\.0\\.1 port ${port} is in use[^\\n]*\\n$`));
  });

  it('takes a flag over the environment, and that over .env, and says so', async () => {
    writeFileSync(join(cwd, '.env'), 'IMPULSE_PORT=1\nIMPULSE_HOST=::1\nIMPULSE_MAX_SESSIONS=7\n');
    const args = ['check-config', '--json', '--port', '3'];

    const { code, stdout } = await impulse(args, {
      cwd,
      env: { IMPULSE_PORT: '2', IMPULSE_HOST: '127.0.0.9' },
    });

    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as { name: string }[];
    expect(
      rows.filter(({ name }) => ['host', 'port', 'max-sessions', 'idle-timeout'].includes(name)),
    ).toEqual([
      { name: 'host', value: '127.0.0.9', source: 'IMPULSE_HOST' },
      { name: 'port', value: '3', source: '--port' },
      { name: 'max-sessions', value: '7', source: '.env (IMPULSE_MAX_SESSIONS)' },
      { name: 'idle-timeout', value: '10m', source: 'default' },
    ] as never);
  });

  it('prints the configuration in columns', async () => {
    const { stdout } = await impulse(['check-config', '--idle-timeout', '5m']);

    expect(stdout).toMatch(/^name +value +source$/m);
    expect(stdout).toMatch(/^idle-timeout +5m +--idle-timeout$/m);
  });

  it('warns of a variable that nothing reads, with the nearest that exists', async () => {
    const { code, stderr } = await impulse(['check-config'], { env: { IMPULSE_PROT: '1' } });

    expect(code).toBe(0);
    expect(stderr).toContain(
      'IMPULSE_PROT (from the environment) is not a setting; did you mean IMPULSE_PORT?',
    );
  });

  it("greets with the sysop's banner", async () => {
    const banner = join(cwd, 'banner.txt');
    writeFileSync(banner, 'The Lighthouse\n');
    const board = await startBoard(['--banner', banner]);

    const caller = await call(board.port);

    expect(await caller.hears('Handle: ')).toContain('The Lighthouse\r\nHandle: ');
  });

  it('logs the life of a call as JSON, an event a line', async () => {
    const board = await startBoard(['--control', 'off']);
    const caller = await call(board.port);
    await caller.hears('Handle: ');
    caller.says('ann\r\n/quit\r\n');
    await caller.gone;
    await board.logs('sessionClosed');

    const listening = await board.logs('serverListening');
    expect(listening).toEqual(
      jasmine.objectContaining({ level: 'info', host: '127.0.0.1', port: board.port }),
    );
    expect(listening.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(board.log.map(({ event }) => event)).toEqual([
      'serverListening',
      'callIn',
      'sessionOpened',
      'sessionAuthenticated',
      'sessionClosing',
      'sessionClosed',
    ]);
    expect(await board.logs('sessionClosed')).toEqual(
      jasmine.objectContaining({ session: 1, node: 1, reason: 'app-done', address: '127.0.0.1' }),
    );
  });
});
