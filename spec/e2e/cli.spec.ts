import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { call } from '../support/caller.js';
import { IMPULSE, impulse, startBoard, stopAll } from '../support/cli.js';
import { atTerminal, leaveAll, works } from '../support/pty.js';

describe('the impulse command', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'impulse-'));
  });
  afterEach(() => {
    stopAll();
    rmSync(cwd, { recursive: true });
  });

  it('prints its help without arguments, and on request', async () => {
    for (const args of [[], ['--help']]) {
      const { code, stdout, stderr } = await impulse(args);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Usage: impulse.*serve.*check-config/s);
      expect(stderr).toBe('');
    }
  });

  it('prints the help of a command in 80 columns, with settings under headings, and examples last', async () => {
    const { stdout: all } = await impulse(['--help']);
    const commands = [...all.matchAll(/^ {2}([a-z][a-z-]+) /gm)].map(([, name = '']) => name);
    expect(commands).toContain('serve');
    const look = async (command: string) => {
      const asked = await impulse(['help', command]);
      expect(asked).toEqual(jasmine.objectContaining({ code: 0, stderr: '' }));
      expect((await impulse([command, '--help'])).stdout).toBe(asked.stdout);
      expect(asked.stdout).toMatch(/\nExamples:\n( {2}.*impulse .*\n {6}[a-z].*\n)+$/);
      expect(asked.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    };
    await Promise.all(commands.map(look));
    const { stdout: serve } = await impulse(['serve', '--help']);
    expect(serve).toMatch(
      /\nAdmission:\n {2}--max-sessions <number> +Maximum number of callers on line \[100\]\n/,
    );
    expect(serve).toMatch(/\nTimeouts:\n {2}--idle-timeout <duration> /);
    expect(serve.replace(/\s+/g, ' ')).toContain('or is denied; one of takeover, deny [takeover]');
  });

  it('accepts the examples in its help', async () => {
    const { stdout: page } = await impulse(['man']);
    const [, examples = ''] = page.split('.SH EXAMPLES\n');
    const lines = [...examples.matchAll(/^\\fB.*?impulse ([^|)\n]*).*\\fR$/gm)];
    expect(lines.length).toBeGreaterThan(9);
    const look = async (line: string) => {
      // With --help nothing is run, but flags are still validated.
      const { code, stdout } = await impulse([...line.replaceAll('\\-', '-').trim().split(' '), '--help']);
      expect(code).withContext(line).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: impulse ${line.split(' ')[0]?.replaceAll('\\', '')}`));
    };
    await Promise.all(lines.map(([, line = '']) => look(line)));
  });

  it('suggests the nearest name for a mistyped one, in the same line', async () => {
    expect((await impulse(['sevre'])).stderr).toBe(
      "impulse: unknown command 'sevre' (Did you mean serve?); see impulse --help\n",
    );
    expect(await impulse(['help', 'sevre'])).toEqual(
      jasmine.objectContaining({
        code: 2,
        stdout: '',
        stderr: "impulse: unknown command 'sevre' (Did you mean serve?); see impulse --help\n",
      }),
    );
    expect((await impulse(['serve', '--prot', '1'])).stderr).toBe(
      "impulse: unknown option '--prot' (Did you mean --port?); see impulse --help\n",
    );
  });

  it('escapes control characters in a mistyped argument', async () => {
    const { stderr } = await impulse(['\x1b[2J\nserve']);
    expect(stderr).toMatch(/^impulse: [ -~]*\\u\{1b\}[ -~]*\n$/);
  });

  it('uses colours at a terminal, but not in pipes or with NO_COLOR', async () => {
    const wrong = ['check-config', '--port', 'x'];
    expect((await impulse(wrong)).stderr).toMatch(/^impulse: port/);
    expect((await impulse(wrong, { env: { FORCE_COLOR: '1' } })).stderr).toMatch(
      /^\x1b\[31mimpulse:\x1b\[39m port/,
    );
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    expect((await impulse(wrong, { env: both })).stderr).toMatch(/^impulse: port/);
    expect((await impulse(['--help'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\x1b[1mCommands:');
    expect((await impulse(['--help'])).stdout).not.toContain('\x1b');
  });

  it('uses colours at a terminal', async () => {
    if (!works('script -qec true /dev/null')) pending('script is not installed');
    const person = await atTerminal(`'${process.execPath}' '${IMPULSE}' check-config --port x`);
    expect(await person.sees('port "x"')).toContain('\x1b[31mimpulse:\x1b[39m port "x"');
    await leaveAll();
  });

  it('colours the text log, and never the JSON log', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const args = ['serve', '--port', `${port}`];

    const text = await impulse(args, { env: { FORCE_COLOR: '1' } });
    const json = await impulse([...args, '--log-format', 'json'], { env: { FORCE_COLOR: '1' } });
    server.close();

    expect(text.stderr).toMatch(/^\x1b\[2m[-\d: ]+\x1b\[22m \x1b\[31merror\x1b\[39m 127/);
    expect(JSON.parse(json.stderr).level).toBe('error');
  });

  it('names itself as it was started', async () => {
    const env = { npm_command: 'exec' };
    const [installed, npx] = [await impulse([]), await impulse([], { env })];
    const folder = await impulse(['init', 'named'], { cwd, env });

    expect(installed.stdout).toContain('\nimpulse help serve, or impulse serve --help, prints');
    expect(npx.stdout).toContain('\nnpx impulse help serve, or npx impulse serve --help, prints');
    expect((await impulse(['nonsense'], { env })).stderr).toMatch(/; see npx impulse --help\n$/);
    expect(folder.stdout).toMatch(/: npx impulse serve\n$/);
  });

  it('creates a board once, and says which files it wrote', async () => {
    expect(await impulse(['init', 'new'], { cwd })).toEqual(
      jasmine.objectContaining({
        code: 0,
        stdout:
          'wrote new/.env\nwrote new/banner.txt\n' +
          'Edit them as you like, then open the board from that folder: impulse serve\n',
      }),
    );
    expect((await impulse(['check-config'], { cwd: join(cwd, 'new') })).stdout).toMatch(
      /^banner +banner\.txt +\.env \(IMPULSE_BANNER\)$/m,
    );
    expect(await impulse(['init', 'new'], { cwd })).toEqual(
      jasmine.objectContaining({
        code: 1,
        stdout: '',
        stderr: 'impulse: nothing was written: new/.env already exists\n',
      }),
    );
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

  it('exits 78 when the open-files limit is too low for --max-sessions', async () => {
    const { code, stderr } = await impulse(['serve', '--port', '0', '--max-sessions', '1000000']);

    expect(code).toBe(78);
    expect(stderr).toMatch(/^impulse: [^\n]*1000000[^\n]*ulimit -n[^\n]*\n$/);
  });

  it('warns at the start if the open-files limit is too low for all possible connections', async () => {
    const args = [process.execPath, IMPULSE, 'check-config'];
    const { stderr } = await promisify(execFile)('sh', ['-c', 'ulimit -n 250 && exec "$@"', 'sh', ...args], {
      cwd,
    });
    expect(stderr).toMatch(
      /^impulse: the limit of 250 open files is enough for 154 callers,[^\n]* run `ulimit -n 1340`[^\n]*\n$/,
    );
    const roomy = await promisify(execFile)('sh', ['-c', 'ulimit -n 1340 && exec "$@"', 'sh', ...args], {
      cwd,
    });
    expect(roomy.stderr).toBe('');
  });

  it('exits 1 when the port is in use, and names the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const { code, stderr } = await impulse(['serve', '--port', `${port}`]);
    server.close();

    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^[^\\n]*127\\.0\\.0\\.1 port ${port} is in use[^\\n]*\\n$`));
  });

  it('prefers flags to the environment, and the environment to .env, and shows the source', async () => {
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

  it('prints the configuration as aligned columns', async () => {
    const { stdout } = await impulse(['check-config', '--idle-timeout', '5m']);

    expect(stdout).toMatch(/^name +value +source$/m);
    expect(stdout).toMatch(/^idle-timeout +5m +--idle-timeout$/m);
  });

  it('says which .env was read, or that there is none, on stderr with --json', async () => {
    const none = await impulse(['check-config'], { cwd });
    expect(none.stdout).toMatch(/\n\nno \S+\/\.env\n$/);
    writeFileSync(join(cwd, '.env'), 'IMPULSE_PORT=1\n');
    const text = await impulse(['check-config'], { cwd });
    expect(text.stdout).toMatch(/\n\nread \S+\/\.env\n$/);
    const json = await impulse(['check-config', '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toBeInstanceOf(Array);
    expect(json.stderr).toMatch(/^read \S+\/\.env\n$/);
  });

  it('warns of an unknown variable, and names the nearest known one', async () => {
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

  it('logs the events of a session as JSON, one event a line', async () => {
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
