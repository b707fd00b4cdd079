import { inspect } from 'node:util';
import { escapeControls } from '../../streams/terminal/escape-controls.js';
import type { Limits } from '../../streams/types/limits.js';
import { OptionsError } from '../errors.js';
import { conflictOfLimits } from './conflicts.js';
import { MAX_DURATION_MS } from './duration.js';
import { nearest } from './nearest.js';
import { callback, flagged, integer, type Rule, text, withMethods } from './rules.js';
import { SETTINGS } from './settings.js';

type Rules = Readonly<Record<string, Rule>>;

/** The rules of all limits, shared with their settings. */
export const LIMITS = {
  maxSessions: SETTINGS.maxSessions.rule,
  waitingRoom: SETTINGS.waitingRoom.rule,
  reserve: SETTINGS.reserve.rule,
  maxUnauthenticated: SETTINGS.maxUnauthenticated.rule,
  maxPerAddress: SETTINGS.maxPerAddress.rule,
  maxPerUser: SETTINGS.maxPerUser.rule,
  perUserPolicy: SETTINGS.perUserPolicy.rule,
  penalties: SETTINGS.penalties.rule,
  connectionRate: SETTINGS.connectionRate.rule,
  connectionRatePerAddress: SETTINGS.connectionRatePerAddress.rule,
  idleTimeoutMs: SETTINGS.idleTimeoutMs.rule,
  idleWarningMs: SETTINGS.idleWarningMs.rule,
  loginTimeoutMs: SETTINGS.loginTimeoutMs.rule,
  deadPeerTimeoutMs: SETTINGS.deadPeerTimeoutMs.rule,
  sessionLimitMs: SETTINGS.sessionLimitMs.rule,
  shutdownGraceMs: SETTINGS.shutdownGraceMs.rule,
  inputRate: SETTINGS.inputRate.rule,
  outputLimitBytes: SETTINGS.outputLimitBytes.rule,
} as const satisfies { readonly [Key in keyof Limits]: Rule<Limits[Key]> };

const ADDRESS_TEST = callback('a function from an address to true or false');

/** The rules of the options of `createSessionManager`. */
export const MANAGER_OPTIONS = {
  ...LIMITS,
  app: callback('a function from a session to an Observable of its output'),
  authenticate: callback('a function from a session to an Observable of its user'),
  bus: withMethods('a Bus', 'publish', 'channel$', 'enter', 'presence$', 'present'),
  blocked: ADDRESS_TEST,
  trusted: ADDRESS_TEST,
  gate: flagged,
  scheduler: withMethods('a scheduler of RxJS', 'now', 'schedule'),
  random: callback('a function that gives a number from 0 up to 1'),
} as const satisfies Rules;

/** The rules of the options of `createImpulse`. */
export const IMPULSE_OPTIONS = {
  ...MANAGER_OPTIONS,
  host: SETTINGS.host.rule,
  port: SETTINGS.port.rule,
  fd: integer(0, 2 ** 31 - 1, 'the descriptor of a socket, a whole number'),
  proxyFrom: ADDRESS_TEST,
  name: SETTINGS.name.rule,
  listeners: {
    allowed: 'a list of at least one listener, such as telnet()',
    accepts: (value): value is unknown =>
      Array.isArray(value) && value.length > 0 && value.every(withMethods('', 'subscribe').accepts),
  },
} as const satisfies Rules;

const TCP = {
  host: SETTINGS.host.rule,
  port: SETTINGS.port.rule,
  proxyFrom: ADDRESS_TEST,
  deadPeerTimeoutMs: LIMITS.deadPeerTimeoutMs,
  scheduler: MANAGER_OPTIONS.scheduler,
} as const;
const STATUS = callback('a function that returns an object of texts and numbers');
const OBSERVABLE = withMethods('an Observable', 'subscribe');
const HOST_KEY: Rule = {
  allowed: 'the text of a private key, or a list of them',
  accepts: (value): value is unknown =>
    [value].flat().length > 0 && [value].flat().every((key) => typeof key === 'string' && key !== ''),
};

const PAGE = text("a URL such as 'https://bbs.example.org/'", (url) => /^https?:\/\/[!-~]{1,200}$/.test(url));
const ORIGIN = /^https?:\/\/[^/?#\s]+$/;

/** The rules of the options of each transport over TCP. */
export const TCP_OPTIONS = {
  telnet: { ...TCP, fd: IMPULSE_OPTIONS.fd, status: STATUS, page: PAGE },
  ssh: { ...TCP, hostKey: HOST_KEY },
  tls: { ...TCP, certificate$: OBSERVABLE, status: STATUS },
  web: {
    host: TCP.host,
    port: TCP.port,
    deadPeerTimeoutMs: TCP.deadPeerTimeoutMs,
    scheduler: TCP.scheduler,
    name: IMPULSE_OPTIONS.name,
    telnet: text('a text of one line, from 1 to 100 characters', (line) => /^[^\p{Cc}]{1,100}$/u.test(line)),
    certificate$: OBSERVABLE,
    origins: {
      allowed: "a list of origins such as 'https://bbs.example.org'",
      accepts: (value): value is unknown =>
        Array.isArray(value) && value.every((origin) => typeof origin === 'string' && ORIGIN.test(origin)),
    },
    forwardedFrom: ADDRESS_TEST,
    resumeMs: integer(0, MAX_DURATION_MS, 'a whole number of milliseconds'),
    health: callback('a function that returns true or false'),
  },
} as const satisfies Record<string, Rules>;

/**
 * Checks the options that a program gave. An option that is `undefined` counts as left out.
 *
 * @param from The function that got the options, for the message.
 * @param required The options that have no default.
 * @throws {@link OptionsError} for the first option that can't be used.
 */
export function checkOptions(
  from: string,
  options: unknown,
  rules: Rules,
  required: readonly string[] = [],
): void {
  if (typeof (options ?? {}) !== 'object' || options === null || Array.isArray(options))
    throw invalid(from, 'options', options, 'an object of options');
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  for (const [option, value] of given) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (!rule) throw unknown(from, option, value, Object.keys(rules));
    if (!rule.accepts(value)) throw invalid(from, option, value, rule.allowed);
  }
  const missing = required.find((name) => !given.some(([option]) => option === name));
  if (missing === undefined) return;
  const allowed = rules[missing]?.allowed;
  throw new OptionsError(`${missing} (from ${from}) is missing: allowed is ${allowed}`, {
    code: 'OPTION_MISSING',
    option: missing,
    allowed,
  });
}

/**
 * Returns the limits after a change. A limit that is `undefined` or missing in the change stays as it is.
 *
 * @param from The function that got the change, for the message.
 * @throws {@link OptionsError} if the limits contradict each other.
 */
export function changedLimits(
  from: string,
  limits: Limits,
  changed: { readonly [Key in keyof Limits]?: Limits[Key] | undefined },
): Limits {
  const told = Object.entries(changed).filter(
    ([name, value]) => Object.hasOwn(LIMITS, name) && value !== undefined,
  );
  const after = { ...limits, ...Object.fromEntries(told) };
  const conflict = conflictOfLimits(after, (key) => key);
  if (conflict) throw invalid(from, conflict.key, after[conflict.key], conflict.allowed);
  return after;
}

function invalid(from: string, option: string, value: unknown, allowed: string): OptionsError {
  return new OptionsError(`${option} ${shown(value)} (from ${from}): allowed is ${allowed}`, {
    code: 'OPTION_INVALID',
    option,
    value,
    allowed,
  });
}

function unknown(from: string, option: string, value: unknown, names: readonly string[]): OptionsError {
  const meant = nearest(option, names);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new OptionsError(`${escapeControls(option, MAX_SHOWN)} (from ${from}) is not an option${hint}`, {
    code: 'OPTION_UNKNOWN',
    option,
    value,
    nearest: meant,
  });
}

const MAX_SHOWN = 60;

/** Writes a value as JavaScript, shortened to one line. */
const shown = (value: unknown): string =>
  escapeControls(
    inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: MAX_SHOWN }),
    MAX_SHOWN,
  );
