import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type ConfigSources, formatTable, readConfig } from '../../../lib/config/config.js';
import type { Config } from '../../../lib/config/settings.js';
import type { Limits } from '../../../streams/types/limits.js';

describe('readConfig', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'impulse-config-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const file = (name: string, text: string | Uint8Array) => writeFileSync(join(cwd, name), text);
  const read = (sources: Partial<ConfigSources> = {}) => readConfig({ flags: {}, env: {}, cwd, ...sources });
  const row = (name: string, sources: Partial<ConfigSources> = {}) =>
    read(sources).sources.find((row) => row.name === name);
  const problems = (sources: Partial<ConfigSources> = {}): readonly string[] => {
    try {
      read(sources);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };

  it('returns the defaults without any source', () => {
    const { config, sources, warnings } = read();
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 2323,
      tlsPort: null,
      tlsCert: null,
      tlsKey: null,
      sshPort: null,
      sshHostKey: 'ssh_host_key',
      webPort: null,
      webUrl: null,
      webTls: false,
      webHealth: false,
      forwardedFrom: [],
      resumeMs: 60_000,
      name: 'Impulse',
      maxSessions: 100,
      waitingRoom: 20,
      reserve: 0,
      maxUnauthenticated: { start: 10, rate: 30, full: 60 },
      maxPerAddress: 5,
      connectionRate: { count: 50, perMs: 1_000, burst: 100 },
      connectionRatePerAddress: { count: 10, perMs: 60_000, burst: 10 },
      maxPerUser: 3,
      perUserPolicy: 'takeover',
      penalties: true,
      block: [],
      allow: [],
      proxyFrom: [],
      gate: 'off',
      idleTimeoutMs: 600_000,
      idleWarningMs: 60_000,
      loginTimeoutMs: 60_000,
      deadPeerTimeoutMs: 120_000,
      sessionLimitMs: null,
      shutdownGraceMs: 10_000,
      inputRate: null,
      outputLimitBytes: 262_144,
      passwords: null,
      banner: null,
      control: 'auto',
      metricsPort: null,
      metricsHost: '127.0.0.1',
      logLevel: 'info',
      logFormat: 'text',
    });
    expect(sources.length).toBe(Object.keys(config).length);
    expect(sources[1]).toEqual({ name: 'port', value: '2323', source: 'default' });
    expect(warnings).toEqual([]);
  });

  it('returns all of Limits', () => {
    const config: Config = read().config;
    const limits: Limits = config;
    expect(limits.maxSessions).toBe(100);
  });

  describe('a list of networks', () => {
    const inFile = (text: string) => {
      file('blocked', text);
      return { flags: { block: '192.0.2.1,blocked' } };
    };

    it('combines written networks with those in files', () => {
      const sources = inFile('# scanners\n203.0.113.0/24\r\n\n2001:db8::/32 # a whole provider\n');
      expect(read(sources).config.block).toEqual(['192.0.2.1', '203.0.113.0/24', '2001:db8::/32']);
    });

    it('reports the file and line of an invalid network', () => {
      expect(problems(inFile('203.0.113.0/24\n203.0.113.0/99\n'))).toEqual([
        jasmine.stringMatching(
          /^block "192.0.2.1,blocked" \(from --block\): .*; blocked line 2: "203.0.113.0\/99" is not a network$/,
        ),
      ]);
    });

    it("reports a file that doesn't exist", () => {
      expect(problems({ flags: { allow: 'nowhere' } })).toEqual([
        jasmine.stringMatching(/^allow "nowhere" \(from --allow\): .*nowhere: no such file or directory$/),
      ]);
    });
  });

  it('prefers flags to the environment, that to .env, and that to the default', () => {
    const flags = { port: '1' };
    const env = { IMPULSE_PORT: '2' };
    expect(row('port')).toEqual({ name: 'port', value: '2323', source: 'default' });
    file('.env', 'IMPULSE_PORT=3');
    expect(row('port')).toEqual({ name: 'port', value: '3', source: '.env (IMPULSE_PORT)' });
    expect(row('port', { env })).toEqual({ name: 'port', value: '2', source: 'IMPULSE_PORT' });
    expect(row('port', { env, flags })).toEqual({ name: 'port', value: '1', source: '--port' });
    expect(read({ env, flags }).config.port).toBe(1);
  });

  it('keeps the values as written, besides the parsed ones', () => {
    const sources = { flags: { 'idle-timeout': '90s', 'shutdown-grace': 'off' } };
    expect(row('idle-timeout', sources)?.value).toBe('90s');
    expect(read(sources).config.idleTimeoutMs).toBe(90_000);
    expect(read(sources).config.shutdownGraceMs).toBeNull();
  });

  it('treats an empty variable as not set', () => {
    file('.env', 'IMPULSE_PORT=\nIMPULSE_HOST=::1');
    expect(row('port', { env: { IMPULSE_PORT: '' } })?.source).toBe('default');
    expect(row('host', { env: { IMPULSE_HOST: '' } })?.source).toBe('.env (IMPULSE_HOST)');
  });

  it('treats an empty flag as an error', () => {
    expect(problems({ flags: { port: '' } })).toEqual([
      'port "" (from --port): allowed is a whole number from 0 to 65535',
    ]);
  });

  it('treats an undefined flag as not set', () => {
    expect(row('port', { flags: { port: undefined } })?.source).toBe('default');
  });

  it('leaves process.env alone', () => {
    file('.env', 'IMPULSE_PORT=3\nIMPULSE_CONFIG_SPEC=here');
    read({ env: process.env });
    expect(process.env.IMPULSE_CONFIG_SPEC).toBeUndefined();
  });

  it('prints nothing', () => {
    const prints = [spyOn(process.stdout, 'write'), spyOn(process.stderr, 'write')];
    file('.env', 'IMPULSE_PORT=3');
    read();
    for (const print of prints) expect(print).not.toHaveBeenCalled();
  });

  it('allows an idle warning as long as the timeout', () => {
    expect(read({ flags: { 'idle-timeout': '2s' } }).config.idleWarningMs).toBe(60_000);
  });

  describe('with values that are not allowed', () => {
    it('reports each one with its source and what is allowed, one line each', () => {
      file('.env', 'IMPULSE_IDLE_TIMEOUT=0s\nIMPULSE_LOG_FORMAT=json');
      expect(problems({ flags: { port: 'abc' }, env: { IMPULSE_LOG_LEVEL: 'loud' } })).toEqual([
        'port "abc" (from --port): allowed is a whole number from 0 to 65535',
        'idle-timeout "0s" (from .env (IMPULSE_IDLE_TIMEOUT)): ' +
          'allowed is a duration such as 500ms, 90s, 10m or 2h, up to 8760h, or off',
        'log-level "loud" (from IMPULSE_LOG_LEVEL): allowed is one of trace, debug, info, warn, error, silent',
      ]);
    });

    it('reports values that are allowed separately but not together', () => {
      expect(problems({ flags: { reserve: '20', 'max-sessions': '10' } })).toEqual([
        'reserve "20" (from --reserve): allowed is a whole number up to max-sessions, which is 10',
      ]);
      file('.env', 'IMPULSE_METRICS_PORT=2323');
      expect(problems()).toEqual([
        'metrics-port "2323" (from .env (IMPULSE_METRICS_PORT)): allowed is any other port than port, which is 2323',
      ]);
      expect(read({ flags: { port: '2324' } }).config.metricsPort).toBe(2323);
    });

    it('lists all problems in its message too', () => {
      expect(() => read({ flags: { port: 'a', host: '%' } })).toThrowError(
        ConfigError,
        'host "%" (from --host): allowed is an IP address or a host name\n' +
          'port "a" (from --port): allowed is a whole number from 0 to 65535',
      );
    });

    it('ignores an invalid value that another source overrides', () => {
      file('.env', 'IMPULSE_PORT=abc');
      expect(read({ env: { IMPULSE_PORT: '7' } }).config.port).toBe(7);
      expect(read({ flags: { port: '7' }, env: { IMPULSE_PORT: 'abc' } }).config.port).toBe(7);
    });

    it("doesn't fall back to a weaker source", () => {
      expect(problems({ flags: { port: 'abc' }, env: { IMPULSE_PORT: '7' } }).length).toBe(1);
    });

    it('escapes control characters in its message', () => {
      const [problem, ...others] = problems({ flags: { port: '1\r\n\x1b[2J"\x7f\x9b\u2028\u202e\ud800' } });
      expect(others).toEqual([]);
      expect(problem).toContain(
        'port "1\\r\\n\\u001b[2J\\"\\u{7f}\\u{9b}\\u{2028}\\u{202e}\\ud800" (from --port)',
      );
    });

    it('shortens long values', () => {
      const [problem] = problems({ flags: { port: '9'.repeat(100_000) } });
      expect(problem).toContain(`port "${'9'.repeat(60)}…" (from --port)`);
    });
  });

  describe('with a .env', () => {
    it("reads it as dotenv does: comments, quotes, export, Windows' line ends", () => {
      file('.env', '# a board\r\nexport IMPULSE_HOST="::1" # inside\r\nIMPULSE_PORT = 5\r\n');
      expect(read().config.host).toBe('::1');
      expect(read().config.port).toBe(5);
    });

    it('returns its path, and whether it exists', () => {
      const path = join(cwd, '.env');
      expect(read().envFile).toEqual({ path, found: false });
      file('.env', '');
      expect(read().envFile).toEqual({ path, found: true });
    });

    it("rejects it if a line would be lost, so that a typing error doesn't admit guests", () => {
      file('.env', 'IMPULSE_PORT=5\nIMPULSE_PASSWORDS accounts\n');
      expect(problems()).toEqual([
        `.env line 2: "IMPULSE_PASSWORDS accounts" can't be read: allowed is NAME=VALUE, such as IMPULSE_PORT=2323`,
      ]);
    });

    it('reports a directory with all other problems', () => {
      mkdirSync(join(cwd, '.env'));
      expect(problems({ flags: { port: 'abc' } })).toEqual([
        `${join(cwd, '.env')} can't be read: not a file`,
        'port "abc" (from --port): allowed is a whole number from 0 to 65535',
      ]);
    });

    it('returns the defaults without a warning for .env.example with every line uncommented', () => {
      const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
      const defaults = read().config;
      file('.env', example.replace(/^#(?=IMPULSE_)/gm, ''));
      const { config, sources, warnings } = read();
      expect(config).toEqual(defaults);
      expect(sources.every(({ source }) => source.startsWith('.env ('))).toBeTrue();
      expect(warnings).toEqual([]);
    });
  });

  describe('with a banner', () => {
    const allowed = 'allowed is a readable file of at most 64 KiB, or built-in';

    it('returns its text', () => {
      file('welcome.txt', 'Willkommen, Käpt’n\n');
      expect(read({ flags: { banner: 'welcome.txt' } }).config.banner).toBe('Willkommen, Käpt’n\n');
      expect(read({ env: { IMPULSE_BANNER: join(cwd, 'welcome.txt') } }).config.banner).toContain(
        'Willkommen',
      );
      expect(row('banner', { flags: { banner: 'welcome.txt' } })?.value).toBe('welcome.txt');
    });

    it('allows 64 KiB and not a byte more', () => {
      file('large', Buffer.alloc(65_536, 'x'));
      file('larger', Buffer.alloc(65_537, 'x'));
      expect(read({ flags: { banner: 'large' } }).config.banner?.length).toBe(65_536);
      expect(problems({ flags: { banner: 'larger' } })).toEqual([
        `banner "larger" (from --banner): ${allowed}; ${join(cwd, 'larger')}: it has 65537 bytes`,
      ]);
    });

    it("reports a file that doesn't exist", () => {
      expect(problems({ env: { IMPULSE_BANNER: 'nowhere.txt' } })).toEqual([
        `banner "nowhere.txt" (from IMPULSE_BANNER): ${allowed}; ${join(cwd, 'nowhere.txt')}: no such file or directory`,
      ]);
    });

    it("doesn't read anything but a regular file", () => {
      expect(problems({ flags: { banner: '.' } })[0]).toContain(`; ${cwd}: not a file`);
      expect(problems({ flags: { banner: '/dev/zero' } })[0]).toContain('; /dev/zero: not a file');
    });

    it("doesn't read a file that is overridden", () => {
      expect(
        read({ flags: { banner: 'built-in' }, env: { IMPULSE_BANNER: 'nowhere.txt' } }).config.banner,
      ).toBeNull();
    });

    it("reports in one line, whatever the file's name", () => {
      for (const banner of ['a\nb\x1b[2J', 'a\0b']) {
        const [problem, ...others] = problems({ flags: { banner } });
        expect(problem).toMatch(/^banner "a[^\p{C}]+$/u);
        expect(others).toEqual([]);
      }
    });
  });

  describe('warns', () => {
    const warnings = (env: NodeJS.ProcessEnv) => read({ env }).warnings;

    it('of an unknown name, with its source and the nearest known one', () => {
      file('.env', 'IMPULSE_PROT=5\nPORT=6\nIMPULSE_HOST=::1');
      expect(warnings({ IMPULSE_MAX_SESSION: '5', HOME: '/' })).toEqual([
        'IMPULSE_MAX_SESSION (from the environment) is not a setting; did you mean IMPULSE_MAX_SESSIONS?',
        'IMPULSE_PROT (from .env line 1) is not a setting; did you mean IMPULSE_PORT?',
        'PORT (from .env line 2) is not a setting; did you mean IMPULSE_PORT?',
      ]);
    });

    it('without a suggestion when no name is near', () => {
      for (const name of [
        'IMPULSE_COLOUR',
        'IMPULSE_FOO',
        'IMPULSE_X',
        'IMPULSE_',
        `IMPULSE_${'P'.repeat(40)}`,
      ]) {
        expect(warnings({ [name]: '1' })).toEqual([`${name} (from the environment) is not a setting`]);
      }
    });

    it("of a variable with a typing error in its prefix, but not of other programs' variables", () => {
      expect(warnings({ IMPULS_PORT: '1', PORT: '2', MAX_SESSIONS: '3' })).toEqual([
        'IMPULS_PORT (from the environment) is not a setting; did you mean IMPULSE_PORT?',
      ]);
    });

    it('of a name in lower case or with dashes', () => {
      expect(warnings({ IMPULSE_port: '1' })[0]).toContain('did you mean IMPULSE_PORT?');
      expect(warnings({ 'IMPULSE_MAX-SESSIONS': '1' })[0]).toContain('did you mean IMPULSE_MAX_SESSIONS?');
    });

    it('of the former name of a setting, which still works', () => {
      file('.env', 'IMPULSE_PER_USER=deny');
      expect(row('per-user-policy')).toEqual({
        name: 'per-user-policy',
        value: 'deny',
        source: '.env (IMPULSE_PER_USER)',
      });
      expect(read().warnings).toEqual([
        '.env (IMPULSE_PER_USER) is called IMPULSE_PER_USER_POLICY now; the old name works until the next release',
      ]);
      const env = { IMPULSE_PER_USER: 'takeover' };
      expect(read({ env }).config.perUserPolicy).toBe('takeover');
      const flags = { 'per-user': 'deny' };
      expect(read({ env, flags }).config.perUserPolicy).toBe('deny');
      expect(read({ env, flags }).warnings[0]).toBe(
        '--per-user is called --per-user-policy now; the old name works until the next release',
      );
      expect(problems({ flags: { 'per-user': 'maybe' } })).toEqual([
        'per-user-policy "maybe" (from --per-user): allowed is one of takeover, deny',
      ]);
    });

    it('of a former name that the new one overrides', () => {
      const env = { IMPULSE_PER_USER: 'takeover', IMPULSE_PER_USER_POLICY: 'deny' };
      expect(row('per-user-policy', { env })?.source).toBe('IMPULSE_PER_USER_POLICY');
      expect(read({ env }).warnings.length).toBe(1);
    });

    it('in one line, whatever the name', () => {
      expect(warnings({ 'IMPULSE_A\nB\x1b': '1' })).toEqual([
        'IMPULSE_A\\u{a}B\\u{1b} (from the environment) is not a setting',
      ]);
      expect(warnings({ [`IMPULSE_${'X'.repeat(10_000)}`]: '1' })[0]?.length).toBeLessThan(120);
    });
  });
});

describe('formatTable', () => {
  it('aligns name, value and source under a header', () => {
    expect(
      formatTable([
        { name: 'host', value: '127.0.0.1', source: 'default' },
        { name: 'max-sessions', value: '50', source: '.env (IMPULSE_MAX_SESSIONS)' },
      ]),
    ).toBe(
      [
        'name          value      source',
        'host          127.0.0.1  default',
        'max-sessions  50         .env (IMPULSE_MAX_SESSIONS)',
      ].join('\n'),
    );
  });

  it('keeps each row on one line', () => {
    const table = formatTable([{ name: 'banner', value: 'a\n\x1b[2Jb', source: '--banner' }]);
    expect(table.split('\n')[1]).toBe('banner  a\\u{a}\\u{1b}[2Jb  --banner');
  });

  it('returns only the header if there are no rows', () => {
    expect(formatTable([])).toBe('name  value  source');
  });
});
