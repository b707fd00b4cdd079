import { isIP } from 'node:net';
import type { EarlyDrop } from '../../streams/types/limits.js';
import { MAX_DURATION_MS, parseDuration } from './duration.js';
import { networkOf } from './networks.js';
import { parseRate, RATE } from './rate.js';
import { flagged, integer, orNull, type Rule, text, word } from './rules.js';

/** One row of the table of settings. */
export interface Setting<Value = unknown> {
  /** In kebab-case. {@link flag} and {@link variable} are derived from it. */
  readonly name: string;
  /** Its name before it was renamed, which works for one release. */
  readonly formerly?: string;
  /** The description in the help, in one line. */
  readonly description: string;
  /** The default, as a user would write it. */
  readonly default: string;
  /** The allowed values, as a short phrase that can follow "allowed is". */
  readonly allowed: string;
  /** A word for the kind of value, for the help: `--port <number>`. */
  readonly takes: string;
  /** All allowed values, if they can be listed. */
  readonly choices?: readonly string[];
  /** Parses the text; returns `undefined` if it isn't allowed. Never throws, and reads no files. */
  readonly parse: (text: string) => Value | undefined;
  /** The rule for the value, if a program may give it too. */
  readonly rule?: Rule<Value>;
}

/** A kind of value. */
type Kind<Value> = Pick<Setting<Value>, 'allowed' | 'takes' | 'choices' | 'parse'>;

/** A kind of value that a program may give too, under the same rule. */
type OptionKind<Value> = Kind<Value> & { readonly rule: Rule<Value> };

/** Parses a text, and checks the value by the rule. */
const ruled = <Value>(
  rule: Rule<Value>,
  read: (text: string) => unknown,
  words: Pick<Setting, 'takes' | 'choices'> & { readonly allowed?: string },
): OptionKind<Value> => ({
  allowed: rule.allowed,
  ...words,
  rule,
  parse(text) {
    const value = read(text);
    return rule.accepts(value) ? value : undefined;
  },
});

const duration = ruled(orNull(integer(1, MAX_DURATION_MS, 'a whole number of milliseconds')), parseDuration, {
  allowed: 'a duration such as 500ms, 90s, 10m or 2h, up to 8760h, or off',
  takes: 'duration',
});

/** A duration of zero or more. */
const durationFromZero = ruled(
  orNull(integer(0, MAX_DURATION_MS, 'a whole number of milliseconds')),
  (text) => (text === '0s' ? 0 : parseDuration(text)),
  { allowed: duration.allowed.replace('500ms', '0s, 500ms'), takes: 'duration' },
);

const rate = ruled(orNull(RATE), parseRate, {
  allowed: 'a rate such as 50/s, 10/min or 5/h, with a burst as in 10/min:20, or off',
  takes: 'rate',
});

const wholeNumber = (min: number, max: number): OptionKind<number> =>
  ruled(integer(min, max), (text) => (/^\d+$/.test(text) ? Number(text) : undefined), { takes: 'number' });

const oneOf = <const Choice extends string>(...choices: Choice[]): OptionKind<Choice> =>
  ruled(word(choices), (text) => text, {
    allowed: `one of ${choices.join(', ')}`,
    takes: 'choice',
    choices,
  });

const BYTES_PER: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2 };

const bytes = (min: number, allowed: string): OptionKind<number> =>
  ruled(
    integer(min, 1024 ** 3, 'a whole number of bytes'),
    (text) => {
      const [, count, unit = ''] = /^(\d+)([km]?)$/.exec(text.toLowerCase()) ?? [];
      return Number(count) * (BYTES_PER[unit] ?? Number.NaN);
    },
    { allowed, takes: 'bytes' },
  );

const orOff = <Value>({ allowed, takes, parse, rule }: OptionKind<Value>): OptionKind<Value | null> =>
  ruled(orNull(rule), (text) => (text === 'off' ? null : parse(text)), {
    allowed: `${allowed}, or off`,
    takes,
  });

const onOrOff: OptionKind<boolean> = ruled(
  flagged,
  (text) => (text === 'on' ? true : text === 'off' ? false : undefined),
  { allowed: 'one of on, off', takes: 'choice', choices: ['on', 'off'] },
);

const EARLY_DROP: Rule<EarlyDrop> = {
  allowed:
    '{ start, rate, full } of whole numbers, with start up to full, full from 1 to 9999999, and rate up to 100',
  accepts(value): value is EarlyDrop {
    const { start, rate, full, ...others } = Object(value);
    return (
      integer(1, 9_999_999).accepts(full) &&
      integer(0, full).accepts(start) &&
      integer(0, 100).accepts(rate) &&
      Object.keys(others).length === 0
    );
  },
};

const earlyDrop = ruled(
  orNull(EARLY_DROP),
  (text) => {
    if (text === 'off') return null;
    const [, start, rate = '100', full = start] = /^(\d+)(?::(\d+):(\d+))?$/.exec(text) ?? [];
    return { start: Number(start), rate: Number(rate), full: Number(full) };
  },
  {
    allowed: 'start:rate:full such as 10:30:60 (rate is a percentage), one number as a hard limit, or off',
    takes: 'limits',
  },
);

/**
 * Networks, and names of files that list one network a line. `readConfig` replaces the names with the
 * contents of the files.
 */
const networkList: Kind<readonly string[]> = {
  allowed:
    'addresses, networks such as 203.0.113.0/24 and files that list them (one per line, # comments), separated by commas, or off',
  takes: 'networks',
  parse(text) {
    if (text === 'off') return [];
    const entries = text.split(',').map((entry) => entry.trim());
    // A name that looks like a network is a typing error, not a file.
    const slip = /^[\d.:a-f]*(\/\d*)?$|\p{C}/iu;
    return entries.every((entry) => networkOf(entry) || !slip.test(entry)) ? entries : undefined;
  },
};

// RFC 1123. The last label must not be a number, so that 127.0.0.999 isn't a name.
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

const host = ruled(
  text('an IP address or a host name', (name) => isIP(name) !== 0 || HOST_NAME.test(name)),
  (text) => text,
  { takes: 'address' },
);

const title = ruled(
  text('a line of 1 to 60 characters', (line) => /^[^\p{C}]{1,60}$/u.test(line)),
  (text) => text,
  { takes: 'text' },
);

/** The name of a text file, or `null`. `readConfig` replaces the name with the text. */
const textFile: Kind<string | null> = {
  allowed: 'a readable file of at most 64 KiB, or built-in',
  takes: 'file',
  parse: (text) => (text === 'built-in' ? null : text || undefined),
};

/** The name of a file, or `null`. */
const accountFile: Kind<string | null> = {
  allowed: 'a readable file of accounts, or off',
  takes: 'file',
  parse: (text) => (text === 'off' ? null : /^[^\p{C}]+$/u.test(text) ? text : undefined),
};

/** The name of a file in PEM, or `null`. `readConfig` replaces it with its path. */
const pemFile: Kind<string | null> = {
  allowed: 'a readable file in PEM, or off',
  takes: 'file',
  parse: (text) => (text === 'off' ? null : /^[^\p{C}]+$/u.test(text) ? text : undefined),
};

/** An absolute URL of a page, or `null`. */
const webUrl: Kind<string | null> = {
  allowed: 'a URL such as https://bbs.example.org/, or off',
  takes: 'url',
  parse(text) {
    if (text === 'off') return null;
    return /^https?:\/\/[\x21-\x7e]{1,200}$/.test(text) && URL.canParse(text)
      ? new URL(text).href
      : undefined;
  },
};

/** The name of a file that may not exist yet. */
const newFile: Kind<string> = {
  allowed: 'the name of a file',
  takes: 'file',
  parse: (text) => (/^[^\p{C}]+$/u.test(text) ? text : undefined),
};

/** The path of the control socket, `auto`, or `null`. */
const controlSocket: Kind<string | null> = {
  allowed: 'auto, the name of a socket, or off',
  takes: 'file',
  parse: (text) => (text === 'off' ? null : /^[^\p{C}]+$/u.test(text) ? text : undefined),
};

/**
 * All settings of `impulse`, by their key in {@link Config}. Flags, variables, help and `.env.example` are
 * derived from it.
 */
export const SETTINGS = {
  host: {
    name: 'host',
    description: 'Address to listen on; 0.0.0.0 or :: opens the board to the world',
    default: '127.0.0.1',
    ...host,
  },
  port: {
    name: 'port',
    description: 'TCP port to listen on; 0 takes any free one',
    default: '2323',
    ...wholeNumber(0, 65_535),
  },
  tlsPort: {
    name: 'tls-port',
    description: 'TCP port for telnet over TLS (telnets://), with --tls-cert and --tls-key; 9923 is usual',
    default: 'off',
    ...orOff(wholeNumber(0, 65_535)),
  },
  tlsCert: {
    name: 'tls-cert',
    description: 'Certificate with its chain; read again at SIGHUP, and when it changes',
    default: 'off',
    ...pemFile,
  },
  tlsKey: {
    name: 'tls-key',
    description: 'Private key of --tls-cert',
    default: 'off',
    ...pemFile,
  },
  sshPort: {
    name: 'ssh-port',
    description: 'TCP port for SSH, which needs the package ssh2; 2222 is usual',
    default: 'off',
    ...orOff(wholeNumber(0, 65_535)),
  },
  sshHostKey: {
    name: 'ssh-host-key',
    description: 'File of the private key by which SSH clients know the board; made if it is missing',
    default: 'ssh_host_key',
    ...newFile,
  },
  webPort: {
    name: 'web-port',
    description: 'TCP port for a web page with a terminal; 8080 is usual',
    default: 'off',
    ...orOff(wholeNumber(0, 65_535)),
  },
  webUrl: {
    name: 'web-url',
    description: 'URL by which the world reaches the page; a browser that calls --port is sent there',
    default: 'off',
    ...webUrl,
  },
  webTls: {
    name: 'web-tls',
    description: 'Whether the page is served by HTTPS, with --tls-cert and --tls-key',
    default: 'off',
    ...onOrOff,
  },
  webHealth: {
    name: 'web-health',
    description: 'Whether /healthz and /readyz are answered at --web-port',
    default: 'off',
    ...onOrOff,
  },
  forwardedFrom: {
    name: 'forwarded-from',
    description: 'Proxies whose X-Forwarded-For names the caller at --web-port',
    default: 'off',
    ...networkList,
  },
  resumeMs: {
    name: 'resume',
    description: 'How long a session waits for its page after a lost network or a reload',
    default: '1m',
    ...duration,
  },
  name: {
    name: 'name',
    description: 'Name of the board, for its page and for crawlers that list boards',
    default: 'Impulse',
    ...title,
  },
  maxSessions: {
    name: 'max-sessions',
    description: 'Maximum number of callers on line',
    default: '100',
    ...wholeNumber(1, 1_000_000),
  },
  waitingRoom: {
    name: 'waiting-room',
    description: 'Maximum number of callers waiting for a free node; 0 refuses them instead',
    default: '20',
    ...wholeNumber(0, 1_000_000),
  },
  reserve: {
    name: 'reserve',
    description: 'Nodes of --max-sessions that are reserved for callers from --allow',
    default: '0',
    ...wholeNumber(0, 1_000_000),
  },
  maxUnauthenticated: {
    name: 'max-unauthenticated',
    description:
      'Callers not logged in: more are refused at random from the first number on, and always from the last',
    default: '10:30:60',
    ...earlyDrop,
  },
  maxPerAddress: {
    name: 'max-per-address',
    description:
      'Open connections from one IPv4 address or IPv6 /64; four times as many from a /56, sixteen from a /48',
    default: '5',
    ...orOff(wholeNumber(1, 1_000_000)),
  },
  connectionRate: {
    name: 'connection-rate',
    description: 'Rate of new connections from all addresses together',
    default: '50/s:100',
    ...rate,
  },
  connectionRatePerAddress: {
    name: 'connection-rate-per-address',
    description:
      'Rate of new connections from one IPv4 address or IPv6 /64; four times from a /56, sixteen from a /48',
    default: '10/min:10',
    ...rate,
  },
  maxPerUser: {
    name: 'max-per-user',
    description: 'Maximum number of sessions of one account; guests have no account',
    default: '3',
    ...orOff(wholeNumber(1, 1_000_000)),
  },
  perUserPolicy: {
    name: 'per-user-policy',
    formerly: 'per-user',
    description: 'Whether a session above --max-per-user takes over the oldest one, or is denied',
    default: 'takeover',
    ...oneOf('takeover', 'deny'),
  },
  penalties: {
    name: 'penalties',
    description: 'Whether addresses that flood, or leave without logging in, are refused for a while',
    default: 'on',
    ...onOrOff,
  },
  block: {
    name: 'block',
    description: 'Networks whose callers are refused',
    default: 'off',
    ...networkList,
  },
  allow: {
    name: 'allow',
    description: 'Networks whose callers are never blocked or throttled, and may use the reserved nodes',
    default: 'off',
    ...networkList,
  },
  proxyFrom: {
    name: 'proxy-from',
    description:
      'Proxies that send the address of the caller in a PROXY header (v1 or v2); other connections are refused',
    default: 'off',
    ...networkList,
  },
  gate: {
    name: 'gate',
    description: 'Whether callers must press ESC twice before anything else, which keeps out scanners',
    default: 'off',
    ...oneOf('off', 'esc'),
  },
  idleTimeoutMs: {
    name: 'idle-timeout',
    description: 'How long a caller may be idle',
    default: '10m',
    ...duration,
  },
  idleWarningMs: {
    name: 'idle-warning',
    description: 'How long before the idle timeout or the session limit the caller is warned',
    default: '1m',
    ...duration,
  },
  loginTimeoutMs: {
    name: 'login-timeout',
    description: "How long a caller may take to log in; typing doesn't extend it",
    default: '60s',
    ...duration,
  },
  deadPeerTimeoutMs: {
    name: 'dead-peer-timeout',
    description: 'How long a client may show no sign of life before the connection counts as lost',
    default: '2m',
    ...duration,
  },
  sessionLimitMs: {
    name: 'session-limit',
    description: 'How long a session may last',
    default: 'off',
    ...duration,
  },
  shutdownGraceMs: {
    name: 'shutdown-grace',
    description: 'How long callers may stay after a shutdown began; off waits for the last caller',
    default: '10s',
    ...durationFromZero,
  },
  inputRate: {
    name: 'input-rate',
    description: 'Bytes per second read from one caller; the rest is read later',
    default: 'off',
    ...orOff(bytes(64, 'a number of bytes a second from 64 to 1024m, such as 500, 4k or 1m')),
  },
  outputLimitBytes: {
    name: 'output-limit',
    description: "Maximum size of output queued for a caller who doesn't read",
    default: '256k',
    ...bytes(4096, 'a number of bytes from 4k to 1024m, such as 262144, 256k or 1m'),
  },
  passwords: {
    name: 'passwords',
    description: 'Account file, written by impulse passwd; off lets guests in',
    default: 'off',
    ...accountFile,
  },
  banner: {
    name: 'banner',
    description: 'Text file shown to a caller first',
    default: 'built-in',
    ...textFile,
  },
  control: {
    name: 'control',
    description:
      'Socket for impulse who, kick, broadcast, drain, stats and top; auto creates one for each port',
    default: 'auto',
    ...controlSocket,
  },
  metricsPort: {
    name: 'metrics-port',
    description: 'HTTP port for Prometheus (/metrics) and for probes (/healthz, /readyz)',
    default: 'off',
    ...orOff(wholeNumber(0, 65_535)),
  },
  metricsHost: {
    name: 'metrics-host',
    description: 'Address to listen on for --metrics-port',
    default: '127.0.0.1',
    ...host,
  },
  logLevel: {
    name: 'log-level',
    description: 'Lowest level that is logged',
    default: 'info',
    ...oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  },
  logFormat: {
    name: 'log-format',
    description: 'Format of the log: text for people, json for machines',
    default: 'text',
    ...oneOf('text', 'json'),
  },
} as const satisfies Record<string, Setting>;

/**
 * The values of all settings. Durations are in milliseconds; `null` is off. `banner` is the text itself, or
 * `null` for the built-in one. Contains all of `Limits`.
 */
export type Config = {
  readonly [Key in keyof typeof SETTINGS]: Exclude<ReturnType<(typeof SETTINGS)[Key]['parse']>, undefined>;
};

/** Returns the flag of a setting: `--max-sessions`. */
export const flag = ({ name }: Pick<Setting, 'name'>): string => `--${name}`;

/** Returns the environment variable of a setting: `IMPULSE_MAX_SESSIONS`. */
export const variable = ({ name }: Pick<Setting, 'name'>): string =>
  `IMPULSE_${name.replaceAll('-', '_').toUpperCase()}`;
