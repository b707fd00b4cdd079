import { inspect } from 'node:util';
import { NEVER, type Observable } from 'rxjs';
import {
  checkOptions,
  IMPULSE_OPTIONS,
  LIMITS,
  type MANAGER_OPTIONS,
} from '../../../lib/config/check-options.js';
import { SETTINGS, type Setting } from '../../../lib/config/settings.js';
import { createImpulse, type ImpulseOptions } from '../../../lib/create-impulse.js';
import { OptionsError } from '../../../lib/errors.js';
import { monotonic } from '../../../lib/process/monotonic.js';
import {
  createSessionManager,
  DEFAULT_LIMITS,
  type SessionManagerOptions,
} from '../../../lib/session-manager.js';
import { embeddedBus } from '../../../streams/events/bus.js';
import { expectType, type Same } from '../../support/same.js';

// An option without a rule would be refused as unknown.
expectType<Same<keyof typeof MANAGER_OPTIONS, keyof SessionManagerOptions>>();
expectType<Same<keyof typeof IMPULSE_OPTIONS, keyof ImpulseOptions>>();

const app = () => NEVER as Observable<string>;

/** What is thrown, if that is an error of ours. */
function thrownBy(act: () => unknown): OptionsError {
  try {
    act();
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

// As a program without types calls them.
const impulse = createImpulse as (options?: unknown) => ReturnType<typeof createImpulse>;
const manager = createSessionManager as (options?: unknown) => ReturnType<typeof createSessionManager>;

describe('options', () => {
  const ofLimits: readonly (readonly [string, unknown])[] = [
    ['maxSessions', Number.NaN],
    ['maxSessions', -1],
    ['maxSessions', 0],
    ['maxSessions', 1.5],
    ['maxSessions', '5'],
    ['maxSessions', null],
    ['waitingRoom', -1],
    ['reserve', Number.POSITIVE_INFINITY],
    ['maxUnauthenticated', 5],
    ['maxUnauthenticated', { start: 10, rate: 30, full: 5 }],
    ['maxUnauthenticated', { start: 1, rate: 101, full: 5 }],
    ['maxPerAddress', 0],
    ['maxPerUser', '3'],
    ['perUserPolicy', 'refuse'],
    ['penalties', 'on'],
    ['connectionRate', 50],
    ['connectionRate', { count: 50, perMs: 1000 }],
    ['connectionRate', { count: 0, perMs: 1000, burst: 1 }],
    ['connectionRate', { count: 1, perMs: Number.NaN, burst: 1 }],
    ['connectionRatePerAddress', { count: 1, perMs: 1000, burst: 1, brust: 2 }],
    ['idleTimeoutMs', Number.NaN],
    ['idleTimeoutMs', 0],
    ['idleTimeoutMs', -5],
    ['idleTimeoutMs', '10m'],
    ['idleTimeoutMs', Number.POSITIVE_INFINITY],
    ['idleWarningMs', -1],
    ['loginTimeoutMs', false],
    ['deadPeerTimeoutMs', 0],
    ['sessionLimitMs', 1e18],
    ['shutdownGraceMs', -1],
    ['inputRate', 0],
    ['outputLimitBytes', 0],
  ];
  const ofBoth: readonly (readonly [string, unknown])[] = [
    ['app', null],
    ['app', {}],
    ['authenticate', 'guest'],
    ['bus', {}],
    ['blocked', ['1.2.3.4']],
    ['trusted', '127.0.0.1'],
    ['gate', 'esc'],
    ['scheduler', {}],
    ['random', 0.5],
  ];
  const ofImpulse: readonly (readonly [string, unknown])[] = [
    ['host', ''],
    ['host', '127.0.0.999'],
    ['host', null],
    ['port', -1],
    ['port', 65_536],
    ['port', '2323'],
    ['fd', -1],
    ['fd', '3'],
    ['proxyFrom', ['10.0.0.1']],
    ['name', ''],
    ['name', 'two\nlines'],
  ];

  for (const [option, value] of [...ofLimits, ...ofBoth, ...ofImpulse]) {
    it(`are refused by createImpulse with ${option} ${inspect(value)}`, () => {
      const error = thrownBy(() => impulse({ app, [option]: value }));
      expect(error.code).toBe('OPTION_INVALID');
      expect(error.option).toBe(option);
      expect(Object.is(error.value, value)).toBeTrue();
      expect(error.allowed).toMatch(/^[\x20-\x7e]+$/);
      expect(error.message).toContain(` (from createImpulse): allowed is ${error.allowed}`);
      expect(error.message).toMatch(new RegExp(`^${option} [^\\n]+$`));
    });
  }

  for (const [option, value] of [...ofLimits, ...ofBoth]) {
    it(`are refused by createSessionManager with ${option} ${inspect(value)}`, () => {
      expect(thrownBy(() => manager({ app, [option]: value })).option).toBe(option);
    });
  }

  for (const [option, value] of ofLimits) {
    it(`are refused by setLimits with ${option} ${inspect(value)}`, () => {
      const board = manager({ app });
      const error = thrownBy(() => board.setLimits({ [option]: value } as object));
      expect(error.message).toContain(`${option} `);
      expect(error.message).toContain(' (from setLimits): ');
    });
  }

  it('must include the required ones, also if no object is given', () => {
    for (const act of [
      () => impulse(),
      () => impulse({}),
      () => manager(),
      () => manager({ app: undefined }),
    ]) {
      const error = thrownBy(act);
      expect([error.code, error.option]).toEqual(['OPTION_MISSING', 'app']);
      expect(error.message).toMatch(
        /^app \(from create\w+\) is missing: allowed is a function from a session to an Observable of its output$/,
      );
    }
  });

  it('must be an object', () => {
    for (const value of [null, 'lobby', 5, [], app])
      expect(thrownBy(() => impulse(value)).message).toMatch(
        /^options .+ \(from createImpulse\): allowed is an object of options$/,
      );
  });

  it('must have known names, and an unknown one gets a suggestion', () => {
    const error = thrownBy(() => impulse({ app, maxSesions: 5 }));
    expect([error.code, error.option, error.value]).toEqual(['OPTION_UNKNOWN', 'maxSesions', 5]);
    expect(error.nearest).toBe('maxSessions');
    expect(error.message).toBe('maxSesions (from createImpulse) is not an option; did you mean maxSessions?');
    expect(thrownBy(() => impulse({ app, colour: 'red' })).message).toBe(
      'colour (from createImpulse) is not an option',
    );
    expect(thrownBy(() => manager({ app, port: 23 })).code).toBe('OPTION_UNKNOWN');
    expect(thrownBy(() => manager({ app }).setLimits({ app } as object)).option).toBe('app');
    expect(thrownBy(() => impulse({ app, toString: app })).option).toBe('toString');
  });

  it('must reserve fewer nodes than there are, also after a change', () => {
    const error = thrownBy(() => impulse({ app, reserve: 20, maxSessions: 10 }));
    expect(error.message).toBe(
      'reserve 20 (from createImpulse): allowed is a whole number up to maxSessions, which is 10',
    );
    const board = manager({ app, reserve: 20 });
    expect(thrownBy(() => board.setLimits({ maxSessions: 10 })).option).toBe('reserve');
    expect(() => board.setLimits({ maxSessions: 10, reserve: 2 })).not.toThrow();
  });

  it('get their defaults if they are undefined', () => {
    const undefinedOnes = Object.fromEntries(Object.keys(IMPULSE_OPTIONS).map((name) => [name, undefined]));
    expect(() => impulse({ ...undefinedOnes, app })).not.toThrow();
    expect(() => manager({ app }).setLimits({ maxSessions: undefined })).not.toThrow();
  });

  it('may have any allowed value', () => {
    const options = {
      ...DEFAULT_LIMITS,
      app,
      authenticate: () => NEVER,
      bus: embeddedBus(),
      blocked: () => false,
      trusted: () => false,
      proxyFrom: () => false,
      gate: true,
      scheduler: monotonic,
      random: () => 0,
      host: '::1',
      port: 0,
      fd: 3,
      name: 'The Night Shift',
    };
    expect(() => impulse(options)).not.toThrow();
    const off = Object.entries(LIMITS).filter(([, { accepts }]) => accepts(null));
    expect(() => impulse({ app, ...Object.fromEntries(off.map(([name]) => [name, null])) })).not.toThrow();
  });

  it('are shown in one line, whatever their length and content', () => {
    const { message } = thrownBy(() => impulse({ app, host: `a\n\x1b[2J${'x'.repeat(1e6)}` }));
    expect(message).toMatch(/^host [^\p{C}]+$/u);
    expect(message.length).toBeLessThan(200);
    expect(thrownBy(() => impulse({ app, [`x${'y'.repeat(1e6)}`]: 1 })).message.length).toBeLessThan(200);
  });

  it('follow the rules of the settings: each default is allowed', () => {
    for (const [name, rule] of Object.entries(LIMITS)) {
      const setting: Setting = SETTINGS[name as keyof typeof LIMITS];
      expect(setting.rule).withContext(name).toBe(rule);
      expect(rule.accepts(setting.parse(setting.default)))
        .withContext(name)
        .toBeTrue();
    }
  });
});

describe('checkOptions', () => {
  it('accepts valid options', () => {
    expect(() => checkOptions('here', { maxSessions: 5 }, LIMITS)).not.toThrow();
    expect(() => checkOptions('here', undefined, LIMITS)).not.toThrow();
  });
});
