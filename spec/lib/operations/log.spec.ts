import fc from 'fast-check';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { createLog, type LogEvent, type LogOptions, logEvents } from '../../../lib/operations/log.js';
import type { Paint } from '../../../lib/text/colour.js';
import { messageOf } from '../../../lib/text/message-of.js';
import type { ServerEvent } from '../../../streams/types/events.js';

/** One event of each type. */
const EVENTS: { readonly [Type in LogEvent['type']]: Extract<LogEvent, { type: Type }> } = {
  serverListening: { type: 'serverListening', host: '127.0.0.1', port: 2323 },
  serverSuspended: { type: 'serverSuspended' },
  serverResumed: { type: 'serverResumed', host: '127.0.0.1', port: 2323 },
  connectionRefused: { type: 'connectionRefused', address: '192.0.2.1', reason: 'full' },
  addressPenalised: {
    type: 'addressPenalised',
    address: '192.0.2.1',
    network: '192.0.2.1',
    offence: 'flood',
    forMs: 16_000,
  },
  connectionsRefused: { type: 'connectionsRefused', reason: 'rate', count: 9990, inMs: 10_000 },
  loginsUnchecked: { type: 'loginsUnchecked', error: 'EMFILE', count: 12, inMs: 10_000 },
  silentConnectionsClosed: {
    type: 'silentConnectionsClosed',
    address: '192.0.2.1',
    count: 599,
    inMs: 600_000,
  },
  sessionWaiting: {
    type: 'sessionWaiting',
    session: 17,
    callId: 'b0a2d-17',
    address: '192.0.2.1',
    position: 2,
  },
  sessionOpened: { type: 'sessionOpened', session: 17, callId: 'b0a2d-17', node: 3, address: '192.0.2.1' },
  loginAttemptFailed: {
    type: 'loginAttemptFailed',
    session: 17,
    node: 3,
    address: '192.0.2.1',
    handle: 'ann',
    attempt: 2,
  },
  loginAttemptsFailed: { type: 'loginAttemptsFailed', count: 25, inMs: 10_000 },
  sessionAuthenticated: { type: 'sessionAuthenticated', session: 17, node: 3, handle: 'alice' },
  sessionWarned: { type: 'sessionWarned', session: 17, node: 3, reason: 'idle', inMs: 60_000 },
  sessionClosing: { type: 'sessionClosing', session: 17, node: 3, reason: 'idle' },
  sessionClosed: {
    type: 'sessionClosed',
    session: 17,
    callId: 'b0a2d-17',
    node: 3,
    address: '192.0.2.1',
    reason: 'idle',
    bytesIn: 1200,
    bytesOut: 80_000,
    durationMs: 604_000,
    flushed: true,
  },
  callbackFailed: { type: 'callbackFailed', callback: 'app', session: 17, error: new Error('no such page') },
  serverDraining: { type: 'serverDraining', reason: 'SIGTERM', sessions: 2, graceMs: 10_000 },
  serverClosed: { type: 'serverClosed', reason: 'SIGTERM', drained: 2, forced: 1, durationMs: 10_500 },
  serverFailed: { type: 'serverFailed', error: new Error('no such page') },
};

const failed = (error: unknown): LogEvent => ({ ...EVENTS.sessionClosing, reason: 'app-error', error });

/** A log that collects its lines, with a stopped clock. */
function kept({ level = 'debug', format = 'text', ...more }: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const now = () => new Date('2026-11-22T23:59:35.123Z');
  return { lines, log: createLog({ level, format, write, now, ...more }) };
}

/** The log line of an event. */
function line(event: LogEvent, options: Partial<LogOptions> = {}): string | undefined {
  const { lines, log } = kept(options);
  log.event(event);
  return lines[0];
}

const json = (event: LogEvent, level: LogOptions['level'] = 'info') =>
  JSON.parse(line(event, { format: 'json', level }) ?? 'null');

describe('createLog', () => {
  describe('as text', () => {
    const said = (event: LogEvent) => line(event)?.slice('2026-11-22 23:59:35 '.length);

    it('names the penalised network if it is larger than the address', () => {
      expect(said(EVENTS.addressPenalised)).toBe('warn  penalised 192.0.2.1: flood, for 16s\n');
      const wider = { ...EVENTS.addressPenalised, address: '2001:db8::1', network: '2001:db8:0:0::/56' };
      expect(said(wider)).toBe(
        'warn  penalised 2001:db8::1: flood, for 16s, with all of 2001:db8:0:0::/56\n',
      );
    });

    it('puts the address of a failed login before the typed handle', () => {
      expect(said(EVENTS.loginAttemptFailed)).toBe(
        'warn  login failed from 192.0.2.1: attempt 2, as ann (session 17)\n',
      );
      const forged = { ...EVENTS.loginAttemptFailed, handle: 'login failed from 192.0.2.9: ' };
      expect(said(forged)).toMatch(/^warn {2}login failed from 192\.0\.2\.1: /);
      expect(said(EVENTS.loginAttemptsFailed)).toBe('warn  login failed 25 more times in 10s\n');
    });

    it('summarises silent connections', () => {
      expect(said(EVENTS.silentConnectionsClosed)).toBe(
        'info  599 connections closed without a byte in 10m 0s, the last from 192.0.2.1\n',
      );
      expect(said({ ...EVENTS.silentConnectionsClosed, count: 1 })).toBe(
        'info  1 connection closed without a byte in 10m 0s, from 192.0.2.1\n',
      );
    });

    it('begins with the UTC time and the level', () => {
      expect(line(EVENTS.serverSuspended)).toBe('2026-11-22 23:59:35 info  suspended: no new callers\n');
      expect(line(EVENTS.serverResumed)).toBe(
        '2026-11-22 23:59:35 info  resumed: listening on 127.0.0.1 port 2323\n',
      );
      expect(line(EVENTS.serverListening)).toBe(
        '2026-11-22 23:59:35 info  listening on 127.0.0.1 port 2323\n',
      );
    });

    it('describes a session', () => {
      expect(said(EVENTS.sessionWaiting)).toBe('debug session 17: 192.0.2.1 waits at position 2\n');
      expect(said(EVENTS.sessionOpened)).toBe('info  node 3: 192.0.2.1 called in (session 17)\n');
      expect(said(EVENTS.sessionAuthenticated)).toBe('info  node 3: alice logged in (session 17)\n');
      expect(said(EVENTS.sessionWarned)).toBe('debug node 3: warned, idle in 1m 0s (session 17)\n');
      expect(said(EVENTS.sessionClosing)).toBe('debug node 3: ending, idle (session 17)\n');
      expect(said(EVENTS.sessionClosed)).toBe(
        'info  node 3: closed, idle, after 10m 4s, 1200 bytes in, 80000 out (session 17)\n',
      );
    });

    it('describes a session that left the waiting room', () => {
      expect(said({ ...EVENTS.sessionClosed, node: 0, reason: 'hangup' })).toMatch(
        /^info {2}waiting room: closed, hangup, after /,
      );
    });

    it('warns of refusals, singly and summarised', () => {
      expect(said(EVENTS.connectionRefused)).toBe('warn  refused 192.0.2.1: full\n');
      expect(said({ ...EVENTS.connectionRefused, reason: 'proxy', detail: 'no header' })).toBe(
        'warn  refused 192.0.2.1: proxy (no header)\n',
      );
      expect(said({ ...EVENTS.connectionsRefused, reason: 'proxy', detail: 'timeout' })).toBe(
        'warn  refused 9990 more in 10s: proxy (timeout)\n',
      );
      expect(said({ ...EVENTS.connectionRefused, reason: 'wrong-protocol', protocol: 'HTTP' })).toBe(
        'warn  refused 192.0.2.1: wrong-protocol (HTTP)\n',
      );
      expect(said({ ...EVENTS.connectionRefused, reason: 'crawler' })).toBe(
        'info  refused 192.0.2.1: crawler\n',
      );
      expect(said(EVENTS.connectionsRefused)).toBe('warn  refused 9990 more in 10s: rate\n');
    });

    it('describes the shutdown', () => {
      expect(said(EVENTS.serverDraining)).toBe('info  going down (SIGTERM): 2 on line, 10s at most\n');
      expect(said({ ...EVENTS.serverDraining, graceMs: null })).toBe(
        'info  going down (SIGTERM): 2 on line, without a time limit\n',
      );
      expect(said(EVENTS.serverClosed)).toBe('info  closed (SIGTERM): 2 drained, 1 forced, in 11s\n');
    });

    it("logs an app's failure as an error with its message", () => {
      expect(said(failed(new Error('no such page')))).toBe(
        'error node 3: ending, app-error: "no such page" (session 17)\n',
      );
    });

    it('logs why logins could not be checked, as an error, singly and summarised', () => {
      const { sessionClosing, loginsUnchecked } = EVENTS;
      const error = new Error('EMFILE');
      expect(said({ ...sessionClosing, reason: 'login-failed', error })).toBe(
        'error node 3: ending, login-failed: "EMFILE" (session 17)\n',
      );
      expect(said(loginsUnchecked)).toBe('error 12 more logins could not be checked in 10s: "EMFILE"\n');
      expect(said({ ...loginsUnchecked, count: 1 })).toBe(
        'error 1 more login could not be checked in 10s: "EMFILE"\n',
      );
    });

    it('logs a failing callback as an error with its message', () => {
      expect(said(EVENTS.callbackFailed)).toBe('error app failed: "no such page" (session 17)\n');
      expect(said({ type: 'callbackFailed', callback: 'listener', error: 'five' })).toBe(
        'error listener failed: "five"\n',
      );
      expect(said({ ...EVENTS.connectionRefused, reason: 'error', error: new Error('bug') })).toBe(
        'warn  refused 192.0.2.1: error: "bug"\n',
      );
      expect(said({ ...EVENTS.sessionClosing, reason: 'connection-error', error: new Error('bug') })).toBe(
        'error node 3: ending, connection-error: "bug" (session 17)\n',
      );
    });

    it('says why the board failed', () => {
      expect(said(EVENTS.serverFailed)).toBe('error the board failed: "no such page"\n');
    });

    it('prints the session id even after the longest error', () => {
      expect(said(failed(new Error('x'.repeat(5000))))).toMatch(/x{200}…" \(session 17\)\n$/);
    });

    it('formats durations', () => {
      const took = (durationMs: number) =>
        /after (.*?),/.exec(line({ ...EVENTS.sessionClosed, durationMs }) ?? '')?.[1];
      expect([0, 400, 9_400, 9_600, 59_400, 59_600, 3_599_000, 7_380_000].map(took)).toEqual([
        '0.0s',
        '0.4s',
        '9.4s',
        '10s',
        '59s',
        '1m 0s',
        '59m 59s',
        '2h 3m',
      ]);
    });

    it('escapes control characters from callers', () => {
      expect(said({ ...EVENTS.sessionAuthenticated, handle: '\x1b[2Jal\nice' })).toBe(
        'info  node 3: \\u{1b}[2Jal\\u{a}ice logged in (session 17)\n',
      );
    });
  });

  describe('as JSON', () => {
    it("writes time, level and event first, then the event's fields", () => {
      expect(line(EVENTS.serverListening, { format: 'json' })).toBe(
        '{"time":"2026-11-22T23:59:35.123Z","level":"info","event":"serverListening","host":"127.0.0.1","port":2323}\n',
      );
    });

    it('keeps every field of every event, under its name', () => {
      for (const event of Object.values(EVENTS)) {
        const { type, ...fields } = event;
        const { time, level, stack, ...logged } = json(event, 'debug');
        const error = 'error' in fields ? { error: messageOf(fields.error) } : {};
        expect(logged).toEqual({ event: type, ...fields, ...error });
      }
    });

    it("writes an error's message, and its stack at level debug only", () => {
      const error = new Error('no such page');
      expect(json(failed(error), 'info').error).toBe('no such page');
      expect(json(failed(error), 'info').stack).toBeUndefined();
      expect(json(failed(error), 'debug').stack).toBe(error.stack?.slice(0, 4000));
      expect(json(failed(error), 'trace').stack).toBe(error.stack?.slice(0, 4000));
    });

    it('escapes control characters so that the parser restores them', () => {
      const handle = '\x1b\x7f\x9b\u061c\u200b\u2028\u202e\u2066\ufeff\n';
      const written = line({ ...EVENTS.sessionAuthenticated, handle }, { format: 'json' }) ?? '';
      expect(written).toMatch(/^[ -~]*\n$/);
      expect(JSON.parse(written).handle).toBe(handle);
    });
  });

  describe('at a terminal', () => {
    const paint: Paint = (style, text) => `<${style}>${text}</>`;

    it('dims the time and colours the level, in the same columns', () => {
      const { lines, log } = kept({ paint });
      log.event(EVENTS.sessionOpened);
      log.event(EVENTS.connectionRefused);
      log.event(failed('oops'));
      log.event(EVENTS.sessionWaiting);
      expect(lines.map((each) => each.slice(0, each.indexOf('</> ', 30) + 12))).toEqual([
        '<dim>2026-11-22 23:59:35</> <green>info </> node 3: ',
        '<dim>2026-11-22 23:59:35</> <yellow>warn </> refused ',
        '<dim>2026-11-22 23:59:35</> <red>error</> node 3: ',
        '<dim>2026-11-22 23:59:35</> <dim>debug</> session ',
      ]);
    });

    it('leaves JSON unchanged', () => {
      expect(line(EVENTS.sessionOpened, { format: 'json', paint })).toBe(
        line(EVENTS.sessionOpened, { format: 'json' }) as string,
      );
    });

    it('still escapes control characters from callers', () => {
      expect(line({ ...EVENTS.sessionAuthenticated, handle: '\x1b[31mal' }, { paint })).toContain(
        ' node 3: \\u{1b}[31mal logged in',
      );
    });
  });

  it("logs lines that aren't events", () => {
    const text = kept();
    text.log.warn('configWarning', 'IMPULSE_PROT is not a setting; did you mean IMPULSE_PORT?');
    expect(text.lines).toEqual([
      '2026-11-22 23:59:35 warn  IMPULSE_PROT is not a setting; did you mean IMPULSE_PORT?\n',
    ]);

    const { lines, log } = kept({ format: 'json' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('something', 'in words');
    expect(lines.map((each) => JSON.parse(each))).toEqual(
      ['debug', 'info', 'warn', 'error'].map((level) => ({
        time: '2026-11-22T23:59:35.123Z',
        level,
        event: 'something',
        message: 'in words',
      })),
    );
  });

  it('omits lines below its level', () => {
    const written = (level: LogOptions['level']) => {
      const { lines, log } = kept({ level });
      for (const event of [...Object.values(EVENTS), failed('oops')]) log.event(event);
      return lines.map((each) => each.slice(20, 25).trim());
    };
    expect(new Set(written('debug'))).toEqual(new Set(['debug', 'info', 'warn', 'error']));
    expect(new Set(written('info'))).toEqual(new Set(['info', 'warn', 'error']));
    expect(new Set(written('warn'))).toEqual(new Set(['warn', 'error']));
    expect(written('error')).toEqual(['error', 'error', 'error', 'error']);
    expect(written('silent')).toEqual([]);
  });

  it('has its own level and format, independent of other boards in the process', () => {
    const first = kept({ level: 'warn', format: 'json' });
    const second = kept({ level: 'debug' });
    first.log.info('x', 'not this');
    first.log.warn('x', 'this');
    second.log.debug('x', 'and this');
    expect(first.lines.map((each) => JSON.parse(each).message)).toEqual(['this']);
    expect(second.lines).toEqual(['2026-11-22 23:59:35 debug and this\n']);
  });

  describe('with any content', () => {
    const UNSAFE =
      /[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\p{Cs}]/u;
    const nasty = fc.constantFrom(
      ...'\0\n\r\x1b\x7f\x85\x9b\u200b\u200e\u2028\u2029\u202e\u2060\u2066\ufeff',
      '\ud800',
    );
    const anyText = fc
      .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 60 })
      .map((parts) => parts.join(''));
    const anyEvent = fc.oneof(
      anyText.map((host): LogEvent => ({ ...EVENTS.serverListening, host })),
      anyText.map((address): LogEvent => ({ ...EVENTS.connectionRefused, address })),
      anyText.map((address): LogEvent => ({ ...EVENTS.sessionWaiting, address })),
      anyText.map((address): LogEvent => ({ ...EVENTS.sessionOpened, address })),
      anyText.map((address): LogEvent => ({ ...EVENTS.sessionClosed, address })),
      anyText.map((handle): LogEvent => ({ ...EVENTS.sessionAuthenticated, handle })),
      anyText.map((reason): LogEvent => ({ ...EVENTS.serverDraining, reason })),
      anyText.map((reason): LogEvent => ({ ...EVENTS.serverClosed, reason })),
      anyText.map((message) => failed(new Error(message))),
      fc.anything({ withNullPrototype: true, withBigInt: true }).map(failed),
    );

    for (const format of ['text', 'json'] as const) {
      it(`writes one line for one event, without control characters (${format})`, () => {
        fc.assert(
          fc.property(anyEvent, (event) => {
            const { lines, log } = kept({ format });
            log.event(event);
            expect(lines.length).toBe(1);
            expect(lines[0]?.at(-1)).toBe('\n');
            expect(lines[0]?.slice(0, -1)).not.toMatch(UNSAFE);
          }),
        );
      });
    }

    it('writes one line for a message', () => {
      fc.assert(
        fc.property(anyText, fc.constantFrom('text', 'json'), (message, format) => {
          const { lines, log } = kept({ format });
          log.info('something', message);
          expect(lines.length).toBe(1);
          expect(lines[0]?.slice(0, -1)).not.toMatch(UNSAFE);
        }),
      );
    });

    it("survives errors that can't be converted to a string", () => {
      const throws = () => {
        throw new Error('no');
      };
      const hostile = [
        undefined,
        null,
        Symbol('s'),
        Object.create(null),
        { toString: throws },
        Object.assign(new Error(), { message: 42 }),
        Object.defineProperty(new Error(), 'message', { get: throws }),
        Object.defineProperty(new Error(), 'stack', { get: throws }),
        new Proxy({}, { getPrototypeOf: throws }),
      ];
      for (const error of hostile) {
        for (const format of ['text', 'json'] as const) {
          expect(line(failed(error), { format })).toMatch(/app-error.*\n$/);
        }
      }
    });
  });
});

describe('logEvents', () => {
  it(
    'writes each event when it happens and passes it on',
    marbles((m) => {
      const { lines, log } = kept();
      const event$ = m.cold<ServerEvent>('-o-a-|', {
        o: EVENTS.sessionOpened,
        a: EVENTS.sessionAuthenticated,
      });
      const expected = '                  -o-a-|';
      m.expect(logEvents(event$, log, m.scheduler)).toBeObservable(expected, {
        o: EVENTS.sessionOpened,
        a: EVENTS.sessionAuthenticated,
      });
      m.expect(event$).toHaveSubscriptions('^----!');
      m.flush();
      expect(lines.map((each) => each.slice(26))).toEqual([
        'node 3: 192.0.2.1 called in (session 17)\n',
        'node 3: alice logged in (session 17)\n',
      ]);
    }),
  );

  it(
    'writes a summary of a flood',
    marbles((m) => {
      const { lines, log } = kept();
      const event$ = m.cold<ServerEvent>(`(${'f'.repeat(13)}) 20s |`, { f: EVENTS.connectionRefused });
      const expected = '                  (ffffffffff) 9988ms s 10014ms |';
      m.expect(logEvents(event$, log, m.scheduler)).toBeObservable(expected, {
        f: EVENTS.connectionRefused,
        s: { type: 'connectionsRefused', reason: 'full', count: 3, inMs: 10_000 },
      });
      m.flush();
      expect(lines.length).toBe(11);
      expect(lines[10]).toMatch(/refused 3 more in 10s: full\n$/);
    }),
  );

  it(
    'writes nothing before subscription or after unsubscription',
    marbles((m) => {
      const { lines, log } = kept();
      const event$ = m.hot<ServerEvent>('-o-o-o', { o: EVENTS.sessionOpened });
      const unsub = '                            --^-!';
      logEvents(event$, log, m.scheduler);
      m.expect(logEvents(event$, log, m.scheduler), unsub).toBeObservable('---o', {
        o: EVENTS.sessionOpened,
      });
      m.expect(event$).toHaveSubscriptions(unsub);
      m.flush();
      expect(lines.length).toBe(1);
    }),
  );
});
