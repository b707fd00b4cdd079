import { HEADINGS } from '../../../lib/config/headings.js';
import { flag, SETTINGS, type Setting, variable } from '../../../lib/config/settings.js';

const settings: Setting[] = Object.values(SETTINGS);

describe('SETTINGS', () => {
  for (const setting of settings) {
    describe(setting.name, () => {
      it('has a default that is allowed', () => expect(setting.parse(setting.default)).not.toBeUndefined());
      it('has a name in kebab-case', () => expect(setting.name).toMatch(/^[a-z]+(-[a-z]+)*$/));
      it('has a description of one line', () => {
        expect(setting.description).toMatch(/^[A-Z][\x20-\x7e]+[^.]$/);
        expect(setting.allowed).toMatch(/^[a-z][\x20-\x7e]+[^.]$/);
      });
      it('has a word for its kind of value, and accepts exactly its choices', () => {
        expect(setting.takes).toMatch(/^[a-z]+$/);
        for (const choice of setting.choices ?? []) expect(setting.parse(choice)).not.toBeUndefined();
        expect(setting.choices ? `one of ${setting.choices.join(', ')}` : null).toBe(
          setting.allowed.startsWith('one of') ? setting.allowed : null,
        );
      });
      it('rejects empty and invalid values', () => {
        expect(setting.parse('')).toBeUndefined();
        if (setting !== SETTINGS.banner) expect(setting.parse('\x1b[2J nonsense\n')).toBeUndefined();
      });
    });
  }

  it('starts with a heading, and has no empty section', () => {
    const [first] = Object.keys(SETTINGS);
    const headed = Object.keys(SETTINGS).filter((key) => key in HEADINGS);
    expect(Object.keys(HEADINGS)).toEqual(headed);
    expect(headed[0]).toBe(first as string);
  });

  it('has keys that match the names, with the unit of a duration or a size', () => {
    const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    for (const [key, { name }] of Object.entries(SETTINGS)) {
      expect(key.replace(/(Ms|Bytes)$/, '')).toBe(camelCase(name));
    }
  });

  it('has these defaults', () => {
    const values = Object.fromEntries(settings.map(({ name, parse, default: text }) => [name, parse(text)]));
    expect(values).toEqual({
      host: '127.0.0.1',
      port: 2323,
      'tls-port': null,
      'tls-cert': null,
      'tls-key': null,
      'ssh-port': null,
      'ssh-host-key': 'ssh_host_key',
      'web-port': null,
      'web-url': null,
      'web-tls': false,
      'web-health': false,
      'forwarded-from': [],
      resume: 60_000,
      name: 'Impulse',
      'max-sessions': 100,
      'waiting-room': 20,
      reserve: 0,
      'max-unauthenticated': { start: 10, rate: 30, full: 60 },
      'max-per-address': 5,
      'connection-rate': { count: 50, perMs: 1_000, burst: 100 },
      'connection-rate-per-address': { count: 10, perMs: 60_000, burst: 10 },
      'max-per-user': 3,
      'per-user-policy': 'takeover',
      penalties: true,
      block: [],
      allow: [],
      'proxy-from': [],
      gate: 'off',
      'idle-timeout': 600_000,
      'idle-warning': 60_000,
      'login-timeout': 60_000,
      'dead-peer-timeout': 120_000,
      'session-limit': null,
      'shutdown-grace': 10_000,
      'input-rate': null,
      'output-limit': 262_144,
      passwords: null,
      banner: null,
      control: 'auto',
      'metrics-port': null,
      'metrics-host': '127.0.0.1',
      'log-level': 'info',
      'log-format': 'text',
    });
  });

  it('reads max-unauthenticated as OpenSSH does, or as one number', () => {
    const { parse } = SETTINGS.maxUnauthenticated;
    expect(parse('10:30:60')).toEqual({ start: 10, rate: 30, full: 60 });
    expect(parse('8')).toEqual({ start: 8, rate: 100, full: 8 });
    expect(parse('off')).toBeNull();
    for (const text of ['10:30', '10:101:60', '60:30:10', '0', '-1', 'a:b:c', '1:2:3:4']) {
      expect(parse(text)).withContext(text).toBeUndefined();
    }
  });

  it('reads networks and file names, separated by commas', () => {
    const { parse } = SETTINGS.block;
    expect(parse('192.0.2.1, 203.0.113.0/24,2001:db8::/32,/etc/impulse/blocked')).toEqual([
      '192.0.2.1',
      '203.0.113.0/24',
      '2001:db8::/32',
      '/etc/impulse/blocked',
    ]);
    expect(parse('off')).toEqual([]);
    for (const text of ['192.0.2.256', '192.0.2.0/33', '2001:db8::/129', '10.0.0.0/', 'a,,b', '1']) {
      expect(parse(text)).withContext(text).toBeUndefined();
    }
  });

  it('allows a grace of zero, and no other duration of zero', () => {
    expect(SETTINGS.shutdownGraceMs.parse('0s')).toBe(0);
    expect(SETTINGS.shutdownGraceMs.parse('off')).toBeNull();
    expect(SETTINGS.idleTimeoutMs.parse('0s')).toBeUndefined();
  });

  it('reads bytes per second, or off', () => {
    const { parse } = SETTINGS.inputRate;
    expect([parse('64'), parse('4k'), parse('off')]).toEqual([64, 4096, null]);
    expect([parse('63'), parse('fast')]).toEqual([undefined, undefined]);
  });

  const { host, port, name, maxSessions, waitingRoom, outputLimitBytes, logLevel, logFormat, banner } =
    SETTINGS;

  for (const text of [
    '0.0.0.0',
    '::',
    '::1',
    'fe80::1%eth0',
    'localhost',
    'bbs.example.org',
    'A-1',
    'a.b.c9',
  ]) {
    it(`accepts the host ${text}`, () => expect(host.parse(text)).toBe(text));
  }
  for (const text of [
    '127.0.0.999',
    '127.1',
    '1',
    '[::1]',
    'a b',
    '-a',
    'a-',
    'a..b',
    '.',
    'localhost\n',
    'ä.org',
  ]) {
    it(`rejects the host ${JSON.stringify(text)}`, () => expect(host.parse(text)).toBeUndefined());
  }
  it('rejects a label of 64 letters and a name of 254', () => {
    expect(host.parse('a'.repeat(63))).toBeDefined();
    expect(host.parse('a'.repeat(64))).toBeUndefined();
    expect(host.parse(`${'a.'.repeat(126)}b`)).toBeDefined();
    expect(host.parse(`${'a.'.repeat(126)}bc`)).toBeUndefined();
  });

  it('limits whole numbers to their bounds', () => {
    expect(port.parse('0')).toBe(0);
    expect(port.parse('65535')).toBe(65_535);
    expect(port.parse('65536')).toBeUndefined();
    expect(maxSessions.parse('0')).toBeUndefined();
    expect(maxSessions.parse('1')).toBe(1);
    expect(maxSessions.parse('1000000')).toBe(1_000_000);
    expect(maxSessions.parse('1000001')).toBeUndefined();
    expect(waitingRoom.parse('0')).toBe(0);
    expect(waitingRoom.parse('1000001')).toBeUndefined();
    for (const text of ['-1', '+1', '1.0', '1e3', '0x10', ' 1', '1\n', '1,000', '٣']) {
      expect(port.parse(text)).withContext(text).toBeUndefined();
    }
  });

  it('reads bytes, kibibytes and mebibytes, from 4k', () => {
    expect(outputLimitBytes.parse('262144')).toBe(262_144);
    expect(outputLimitBytes.parse('256k')).toBe(262_144);
    expect(outputLimitBytes.parse('1M')).toBe(1_048_576);
    expect(outputLimitBytes.parse('4096')).toBe(4096);
    expect(outputLimitBytes.parse('4095')).toBeUndefined();
    expect(outputLimitBytes.parse('3k')).toBeUndefined();
    expect(outputLimitBytes.parse('1024m')).toBe(1024 ** 3);
    for (const text of ['1025m', '1g', 'k', '256kb', '256 k', '1.5m', 'off']) {
      expect(outputLimitBytes.parse(text)).withContext(text).toBeUndefined();
    }
  });

  it('accepts any line of 60 letters as the name of the board', () => {
    for (const text of ['The Night Shift', '漢字 BBS', 'é'.repeat(60), '👪'.repeat(60)]) {
      expect(name.parse(text)).withContext(text).toBe(text);
    }
    for (const text of ['x'.repeat(61), 'one\ntwo', 'a\x1b[2J', 'a\x01b', '\u202eabc', '\x9bm']) {
      expect(name.parse(text)).withContext(text).toBeUndefined();
    }
  });

  it('accepts only the words in a list', () => {
    expect(logLevel.parse('silent')).toBe('silent');
    expect(logLevel.parse('INFO')).toBeUndefined();
    expect(logFormat.parse('json')).toBe('json');
    expect(logFormat.parse('constructor')).toBeUndefined();
  });

  it('accepts any file name for the banner, and built-in for none', () => {
    expect(banner.parse('welcome.ans')).toBe('welcome.ans');
    expect(banner.parse('./built-in')).toBe('./built-in');
    expect(banner.parse('built-in')).toBeNull();
  });
});

describe('flag and variable', () => {
  it('are derived from the name', () => {
    expect(flag(SETTINGS.connectionRatePerAddress)).toBe('--connection-rate-per-address');
    expect(variable(SETTINGS.connectionRatePerAddress)).toBe('IMPULSE_CONNECTION_RATE_PER_ADDRESS');
  });
});
