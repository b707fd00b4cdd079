import * as fc from 'fast-check';
import {
  concat,
  defaultIfEmpty,
  delay,
  EMPTY,
  endWith,
  finalize,
  first,
  ignoreElements,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  NEVER,
  Observable,
  of,
  repeat,
  type SchedulerLike,
  Subject,
  take,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type FakeConnectionOptions, fakeConnection } from '../../../lib/testing/fake-connection.js';
import { embeddedBus } from '../../../streams/events/bus.js';
import { timeSlices } from '../../../streams/rx/time-slices.js';
import { timerWheel } from '../../../streams/rx/timer-wheel.js';
import type { Call } from '../../../streams/session/call.js';
import { handleIndex } from '../../../streams/session/index-handles.js';
import { session } from '../../../streams/session/session.js';
import { FLUSH_MS, farewells } from '../../../streams/shutdown/farewell.js';
import type { App, Authenticator } from '../../../streams/types/app.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { Limits } from '../../../streams/types/limits.js';
import {
  type EndReason,
  SESSION_STATES,
  type SessionId,
  type SessionInfo,
  type SessionState,
} from '../../../streams/types/session.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { fakeAdmitted } from '../../support/admitted.js';
import { NO_LIMITS } from '../../support/limits.js';
import { PLAIN_SCREEN } from '../../support/plain-screen.js';

/** Lets everybody in at once, as `ann`. */
const ann: Authenticator = () => of({ handle: 'ann' });
/** The first line is the handle. */
const asks: Authenticator = (session) => session.ask('who? ').pipe(map((handle) => ({ handle })));
const echo: App = ({ line$ }) => line$.pipe(map((line) => `${line}\n`));

interface Parts {
  readonly app?: App;
  readonly authenticate?: Authenticator;
  readonly limits?: Partial<Limits>;
  readonly place$?: Observable<number>;
  readonly line?: FakeConnectionOptions;
  /** Others who are on line. */
  readonly online?: { readonly id: SessionId; readonly handle: string }[];
}

/** Caller 7, who types `input$`, on a board of their own that isn't running yet. */
function caller(
  scheduler: VirtualTimeScheduler,
  input$: Observable<string>,
  { app = echo, authenticate = ann, limits = {}, place$, line = {}, online = [] }: Parts = {},
) {
  const connection = fakeConnection(input$, line);
  const admitted = fakeAdmitted(connection, place$);
  const calls = new Map<SessionId, Call>();
  const session$ = session(admitted, {
    app,
    authenticate,
    services: {
      bus: embeddedBus(),
      sessions: new Map(online.map(({ id, handle }) => [id, { id, user: { handle } } as SessionInfo])),
      handles: handleIndex({ folded: (handle) => handle, looksOf: (handle) => [handle] }),
      scheduler,
      dateOf: (at) => new Date(at),
    },
    accounts: new Map(online.map(({ id, handle }) => [handle, [id]])),
    limits: { ...NO_LIMITS, ...limits },
    boardId: 'b0a2d',
    screen: PLAIN_SCREEN,
    slices: timeSlices(scheduler),
    timerWheel: timerWheel(1000, scheduler),
    farewell: farewells(() => 10, scheduler),
    calls,
  });
  const call = () => calls.get(7);
  return { connection, admitted, calls, call, session$ };
}

/** An event as a few words. */
function word(event: ServerEvent): string {
  switch (event.type) {
    case 'sessionWaiting':
      return `waiting at ${event.position}`;
    case 'sessionOpened':
      return `opened on ${event.node}`;
    case 'sessionAuthenticated':
      return `authenticated ${event.handle}`;
    case 'sessionWarned':
      return `warned ${event.reason} in ${event.inMs}`;
    case 'sessionClosing':
      return `closing ${event.reason}`;
    case 'sessionClosed':
      return `closed ${event.reason}`;
    case 'callbackFailed':
      return `failed ${event.callback}: ${/in the teardown/.exec(`${event.error}`)}`;
    default:
      return event.type;
  }
}

/** What happened, each with the millisecond; the session is unsubscribed after two minutes, so that every run ends. */
function diary(scheduler: VirtualTimeScheduler, session$: Observable<ServerEvent>): string[] {
  const entries: string[] = [];
  const note = (text: string) => entries.push(`${scheduler.now()} ${text}`);
  const subscription = session$.subscribe({
    next: (event) => note(word(event)),
    error: () => note('#'),
    complete: () => note('|'),
  });
  scheduler.schedule(() => subscription.unsubscribe(), 120_000);
  scheduler.flush();
  return entries;
}

/** Unsubscribes soon: an endless timer would never let a failing spec end. */
const until = (m: Context): MonoTypeOperatorFunction<ServerEvent> => takeUntil(timer(1000, m.scheduler));

/** Does something at a time. */
const at = (m: Context, ms: number, act: () => void) => void m.scheduler.schedule(act, ms);

const brokenTeardown = NEVER.pipe(
  finalize(() => {
    throw new Error('in the teardown');
  }),
);

describe('session', () => {
  it(
    'runs from connecting to hanging up: opened, authenticated, answered, closed',
    marbles((m) => {
      const input$ = m.cold('                       1s a 999ms b 999ms c 999ms |', {
        a: 'ann\r',
        b: 'one\r',
        c: 'two\r',
      });
      const { connection, session$ } = caller(m.scheduler, input$, { authenticate: asks });
      m.expect(session$).toBeObservable('          o 999ms a 2999ms (cd|)', {
        o: { type: 'sessionOpened', session: 7, callId: 'b0a2d-7', node: 3, address: '192.0.2.1' },
        a: { type: 'sessionAuthenticated', session: 7, node: 3, handle: 'ann' },
        c: { type: 'sessionClosing', session: 7, node: 3, reason: 'hangup' },
        d: {
          type: 'sessionClosed',
          session: 7,
          callId: 'b0a2d-7',
          node: 3,
          address: '192.0.2.1',
          reason: 'hangup',
          bytesIn: 12,
          bytesOut: 13,
          durationMs: 4000,
          flushed: true,
        },
      });
      m.expect(input$).toHaveSubscriptions('        ^ 3999ms !');
      m.flush();
      expect(connection.screen).toBe('who? one\ntwo\n');
    }),
  );

  it(
    'is cold: does nothing until it is subscribed',
    marbles((m) => {
      const input$ = m.cold('-');
      const { calls, connection } = caller(m.scheduler, input$, { authenticate: asks });
      m.expect(input$).toHaveSubscriptions([]);
      expect(calls.size).toBe(0);
      expect(connection.screen).toBe('');
    }),
  );

  describe('an ending', () => {
    const silent: App = () => NEVER;
    const lostForWords = '\nSomething went wrong here, and the sysop knows. Please call again.\n';
    const failure = new Error('bug');
    const inFiveSeconds = (reason: EndReason) => (m: Context) => {
      const visit = caller(m.scheduler, NEVER, { app: silent });
      at(m, 5000, () => visit.call()?.end(reason));
      return visit;
    };

    const endings: [EndReason, string, (m: Context) => ReturnType<typeof caller>, string][] = [
      ['hangup', 'the caller hangs up', (m) => caller(m.scheduler, m.cold('5s |'), { app: silent }), ''],
      [
        'idle',
        'the caller types nothing for too long',
        (m) => caller(m.scheduler, NEVER, { app: silent, limits: { idleTimeoutMs: 5000 } }),
        '\nYou were quiet for too long. Goodbye!\n',
      ],
      [
        'lost',
        'the client gives no sign of life',
        (m) =>
          caller(m.scheduler, NEVER, {
            app: silent,
            limits: { deadPeerTimeoutMs: 5000 },
            line: { answers: true },
          }),
        '',
      ],
      [
        'login-timeout',
        'the login takes too long',
        (m) => caller(m.scheduler, NEVER, { authenticate: () => NEVER, limits: { loginTimeoutMs: 5000 } }),
        '\nThat took too long. Please call again.\n',
      ],
      [
        'time-limit',
        'the session limit is reached',
        (m) => caller(m.scheduler, NEVER, { app: silent, limits: { sessionLimitMs: 5000 } }),
        '\nYour time on line is up. Goodbye!\n',
      ],
      ['kicked', 'the sysop wants it', inFiveSeconds('kicked'), '\nThe sysop closed your call.\n'],
      [
        'taken-over',
        'the user logs in elsewhere',
        inFiveSeconds('taken-over'),
        '\nYou called in from elsewhere, so this call is closed.\n',
      ],
      ['shutdown', 'the board goes down', inFiveSeconds('shutdown'), '\nThe board is going down. Goodbye!\n'],
      ['forced', 'the board goes down at once', inFiveSeconds('forced'), ''],
      [
        'app-done',
        'the app completes',
        (m) => caller(m.scheduler, NEVER, { app: () => timer(5000, m.scheduler).pipe(ignoreElements()) }),
        '',
      ],
      [
        'app-done',
        'the authenticator completes without a user',
        (m) => caller(m.scheduler, NEVER, { authenticate: () => timer(5000).pipe(ignoreElements()) }),
        '',
      ],
      [
        'app-error',
        'the app fails',
        (m) => caller(m.scheduler, NEVER, { app: () => m.cold('5s #', undefined, failure) }),
        lostForWords,
      ],
      [
        'app-error',
        'the app throws',
        (m) =>
          caller(m.scheduler, NEVER, {
            authenticate: () => of({ handle: 'ann' }).pipe(delay(5000)),
            app: () => {
              throw failure;
            },
          }),
        lostForWords,
      ],
      [
        'app-error',
        'the authenticator fails',
        (m) => caller(m.scheduler, NEVER, { authenticate: () => m.cold('5s #', undefined, failure) }),
        lostForWords,
      ],
      [
        'kicked',
        'the app ends the session',
        (m) => caller(m.scheduler, NEVER, { app: () => m.cold('5s #', undefined, new SessionEnd('kicked')) }),
        '\nThe sysop closed your call.\n',
      ],
      [
        'protocol',
        'the transport gives up on the caller',
        (m) => caller(m.scheduler, m.cold('5s #', undefined, new SessionEnd('protocol')), { app: silent }),
        '',
      ],
      [
        'lost',
        'the transport loses the caller',
        (m) => caller(m.scheduler, m.cold('5s #', undefined, new SessionEnd('lost')), { app: silent }),
        '',
      ],
    ];
    for (const [reason, when, visit, goodbye] of endings) {
      it(
        `is ${reason} when ${when}, once`,
        marbles((m) => {
          const { session$, connection, admitted, calls } = visit(m);
          const entries = diary(m.scheduler, session$).filter((entry) => !entry.includes('authenticated'));
          expect(entries).toEqual([
            '0 opened on 3',
            `5000 closing ${reason}`,
            `5000 closed ${reason}`,
            '5000 |',
          ]);
          expect(connection.screen).toBe(goodbye);
          expect(connection.calls).toContain('close');
          expect(connection.calls.at(-1)).toBe('destroy');
          expect(admitted.left).toBe(true);
          expect(calls.size).toBe(0);
        }),
      );
    }

    it(
      "is slow when the caller doesn't read, and the connection is cut",
      marbles((m) => {
        const app: App = () => timer(5000).pipe(map(() => 'x'.repeat(2000)));
        const { session$, connection } = caller(m.scheduler, NEVER, { app, line: { deaf: true } });
        let flushed: boolean | undefined;
        const watched$ = session$.pipe(
          tap((event) => {
            if (event.type === 'sessionClosed') flushed = event.flushed;
          }),
        );
        expect(diary(m.scheduler, watched$)).toEqual([
          '0 opened on 3',
          '0 authenticated ann',
          '5000 closing slow',
          `${5000 + FLUSH_MS} closed slow`,
          `${5000 + FLUSH_MS} |`,
        ]);
        expect(connection.screen).toBe('x'.repeat(2000));
        expect(flushed).toBe(false);
      }),
    );

    it(
      'is app-error when the app or the authenticator throws at once',
      marbles((m) => {
        const fail = () => {
          throw failure;
        };
        for (const parts of [{ app: fail }, { authenticate: fail }]) {
          const { session$ } = caller(m.scheduler, NEVER, parts);
          const errors: unknown[] = [];
          const words: string[] = [];
          session$.pipe(until(m)).subscribe((event) => {
            words.push(word(event));
            if (event.type === 'sessionClosing') errors.push(event.error);
          });
          expect(words.filter((entry) => !entry.includes('authenticated'))).toEqual([
            'opened on 3',
            'closing app-error',
            'closed app-error',
          ]);
          expect(errors).toEqual([failure]);
        }
      }),
    );

    it(
      'has an error only if there was one',
      marbles((m) => {
        let closing: ServerEvent | undefined;
        caller(m.scheduler, EMPTY).session$.subscribe((event) => {
          if (event.type === 'sessionClosing') closing = event;
        });
        expect(closing).toEqual({ type: 'sessionClosing', session: 7, node: 3, reason: 'hangup' });
      }),
    );

    it(
      'comes after the opening, even if the connection was dead before',
      marbles((m) => {
        const authenticate = jasmine.createSpy('authenticate', ann).and.callFake(ann);
        const { session$, calls } = caller(m.scheduler, EMPTY, { authenticate });
        m.expect(session$.pipe(map(word))).toBeObservable('(ocd|)', {
          o: 'opened on 3',
          c: 'closing hangup',
          d: 'closed hangup',
        });
        m.flush();
        expect(authenticate).not.toHaveBeenCalled();
        expect(calls.size).toBe(0);
      }),
    );

    it(
      'is the first of two in the same frame',
      marbles((m) => {
        const reasons: EndReason[] = ['kicked', 'shutdown', 'taken-over', 'forced'];
        for (const first of reasons) {
          for (const second of reasons) {
            const { session$, call } = caller(m.scheduler, NEVER, { line: { lingers: true } });
            const heard: string[] = [];
            const from = m.scheduler.now();
            session$.pipe(until(m)).subscribe((event) => heard.push(word(event)));
            at(m, from + 10 - m.scheduler.now(), () => call()?.end(first));
            at(m, from + 10 - m.scheduler.now(), () => call()?.end(second));
            m.flush();
            expect(heard.slice(2)).toEqual([`closing ${first}`, `closed ${first}`]);
          }
        }
      }),
    );

    it(
      'is an app-error if the waiting room itself fails, and nothing more',
      marbles((m) => {
        const broken = caller(m.scheduler, NEVER, { place$: throwError(() => new Error('oops')) });
        const entries = diary(m.scheduler, broken.session$);
        expect(entries.filter((entry) => entry.includes('closed app-error')).length).toBe(1);
        expect(entries.at(-1)).toMatch(/\|$/);
      }),
    );

    it(
      'is the first, even together with a hang-up, a limit and the end of the app',
      marbles((m) => {
        const app: App = () => timer(5000, m.scheduler).pipe(ignoreElements());
        const both = caller(m.scheduler, m.cold('5s |'), { app, limits: { idleTimeoutMs: 5000 } });
        const entries = diary(m.scheduler, both.session$);
        expect(entries.filter((entry) => entry.includes('closing')).length).toBe(1);
        expect(entries.filter((entry) => entry.includes('closed')).length).toBe(1);
        expect(entries).toContain('5000 closing idle');
      }),
    );

    it('is exactly one, for any order of events', () => {
      const reason = fc.constantFrom<EndReason>('kicked', 'shutdown', 'taken-over', 'forced');
      const order = fc.record({ ms: fc.integer({ min: 1, max: 30 }), reason });
      const maybe = fc.option(fc.integer({ min: 1, max: 30 }), { nil: 1000 });
      fc.assert(
        fc.property(
          fc.array(order, { maxLength: 4 }),
          maybe,
          maybe,
          maybe,
          (given, hangUp, appEnd, appBug) => {
            const scheduler = new VirtualTimeScheduler();
            const app: App = () =>
              new Observable((subscriber) => {
                subscriber.add(timer(appEnd, scheduler).subscribe(() => subscriber.complete()));
                subscriber.add(timer(appBug, scheduler).subscribe(() => subscriber.error(new Error('bug'))));
              });
            const input$ = timer(hangUp, scheduler).pipe(ignoreElements());
            const { session$, call } = caller(scheduler, input$, { app });
            for (const { ms, reason } of given) scheduler.schedule(() => call()?.end(reason), ms);
            const entries = diary(scheduler, session$);
            const first = Math.min(hangUp, appEnd, appBug, ...given.map(({ ms }) => ms));
            expect(entries.slice(0, 2)).toEqual(['0 opened on 3', '0 authenticated ann']);
            expect(entries.slice(2).map((entry) => entry.split(' ', 2).join(' '))).toEqual([
              `${first} closing`,
              `${first} closed`,
              `${first} |`,
            ]);
          },
        ),
        { numRuns: 100 },
      );
    });

    it(
      'frees the node when it is settled, and is reported when the connection is gone',
      marbles((m) => {
        const { session$, admitted, call, calls } = caller(m.scheduler, NEVER, { line: { lingers: true } });
        at(m, 10, () => call()?.end('kicked'));
        at(m, 11, () => {
          expect(admitted.left).toBe(true);
          expect(calls.size).toBe(1);
        });
        expect(diary(m.scheduler, session$).slice(2)).toEqual([
          '10 closing kicked',
          `${10 + FLUSH_MS} closed kicked`,
          `${10 + FLUSH_MS} |`,
        ]);
      }),
    );

    it(
      "by force doesn't wait for the farewell",
      marbles((m) => {
        const { session$, call, connection } = caller(m.scheduler, NEVER, { line: { lingers: true } });
        at(m, 10, () => call()?.end('forced'));
        expect(diary(m.scheduler, session$).slice(2)).toEqual([
          '10 closing forced',
          '10 closed forced',
          '10 |',
        ]);
        expect(connection.calls[0]).toBe('destroy');
      }),
    );

    it(
      'by force cuts a connection in its farewell',
      marbles((m) => {
        const { session$, call } = caller(m.scheduler, NEVER, { line: { lingers: true } });
        at(m, 10, () => call()?.end('shutdown'));
        at(m, 20, () => call()?.end('forced'));
        expect(diary(m.scheduler, session$).slice(2)).toEqual([
          '10 closing shutdown',
          '20 closed shutdown',
          '20 |',
        ]);
      }),
    );

    it(
      'can be ordered by a listener, at any event of the session',
      marbles((m) => {
        for (const type of ['sessionOpened', 'sessionAuthenticated', 'sessionClosing', 'sessionClosed']) {
          const { session$, call } = caller(m.scheduler, NEVER, { app: () => EMPTY });
          const heard: string[] = [];
          session$.pipe(until(m)).subscribe((event) => {
            heard.push(event.type);
            if (event.type === type) call()?.end('kicked');
          });
          expect(heard.filter((entry) => entry === 'sessionClosing').length).toBe(1);
          expect(heard.filter((entry) => entry === 'sessionClosed').length).toBe(1);
          expect(heard.at(-1)).toBe('sessionClosed');
        }
      }),
    );
  });

  describe('an app', () => {
    it(
      'is unsubscribed when the session ends, and its later output is dropped',
      marbles((m) => {
        const told: string[] = [];
        const app: App = (session) =>
          new Observable((subscriber) => {
            subscriber.next('hello\n');
            subscriber.add(
              session.line$.pipe(endWith('last words\n')).subscribe({
                next: (text) => subscriber.next(text),
                complete: () => told.push('lines completed'),
              }),
            );
            subscriber.add(() => {
              told.push('unsubscribed');
              subscriber.next('too late\n');
              session.write('too late as well\n');
            });
          });
        const { session$, connection, call } = caller(m.scheduler, NEVER, { app });
        at(m, 10, () => call()?.end('kicked'));
        diary(m.scheduler, session$);
        expect(told).toEqual(['lines completed', 'unsubscribed']);
        expect(connection.screen).toBe('hello\n\nThe sysop closed your call.\n');
      }),
    );

    it(
      'that completes because its lines did is not the reason',
      marbles((m) => {
        const { session$ } = caller(m.scheduler, m.cold('--|'), { app: echo });
        expect(diary(m.scheduler, session$)).toContain('2 closing hangup');
      }),
    );

    it(
      'that errors because its lines ended is not the reason',
      marbles((m) => {
        const app: App = ({ line$ }) =>
          concat(
            line$,
            throwError(() => new Error('no more lines')),
          );
        const { session$ } = caller(m.scheduler, m.cold('--|'), { app });
        expect(diary(m.scheduler, session$)).toContain('2 closing hangup');
      }),
    );

    it(
      'has its last output sent when it completes',
      marbles((m) => {
        const { session$, connection } = caller(m.scheduler, NEVER, { app: () => of('Bye ', 'now.\n') });
        diary(m.scheduler, session$);
        expect(connection.screen).toBe('Bye now.\n');
        expect(connection.calls[0]).toBe('close');
      }),
    );

    it(
      'gets what was typed ahead during the login',
      marbles((m) => {
        const authenticate: Authenticator = (session, services) => asks(session, services).pipe(delay(1000));
        const input$ = m.cold('a 1999ms b -', { a: 'ann\rone\rtw', b: 'o\r' });
        const { session$, connection } = caller(m.scheduler, input$, { authenticate });
        expect(diary(m.scheduler, session$).slice(0, 2)).toEqual(['0 opened on 3', '1000 authenticated ann']);
        expect(connection.screen).toContain('who? one\ntwo\n');
      }),
    );

    it(
      'never runs for a session that ends at the moment of the login',
      marbles((m) => {
        const app = jasmine.createSpy('app', echo).and.callFake(echo);
        const { session$, call } = caller(m.scheduler, NEVER, { app });
        const heard: string[] = [];
        session$.pipe(until(m)).subscribe((event) => {
          heard.push(word(event));
          if (event.type === 'sessionAuthenticated') call()?.end('kicked');
        });
        expect(heard).toEqual(['opened on 3', 'authenticated ann', 'closing kicked', 'closed kicked']);
        expect(app).not.toHaveBeenCalled();
      }),
    );

    it(
      "gets its user and the board's services",
      marbles((m) => {
        let seen: unknown;
        const app: App = (session, services) => {
          seen = [session.user, session.node, session.state, services.scheduler];
          return EMPTY;
        };
        diary(m.scheduler, caller(m.scheduler, NEVER, { app }).session$);
        expect(seen).toEqual([{ handle: 'ann' }, 3, 'active', m.scheduler]);
      }),
    );
  });

  describe('an authenticator', () => {
    it(
      'logs in its first user only',
      marbles((m) => {
        const users$ = m.cold('-ab-', { a: { handle: 'ann' }, b: { handle: 'bob' } });
        const { session$ } = caller(m.scheduler, m.hot('----|'), { authenticate: () => users$ });
        expect(diary(m.scheduler, session$).slice(0, 3)).toEqual([
          '0 opened on 3',
          '1 authenticated ann',
          '4 closing hangup',
        ]);
        m.expect(users$).toHaveSubscriptions('^!');
      }),
    );

    it(
      'must emit a user with a text as handle',
      marbles((m) => {
        const tricky = { handle: '\x1b]0;x\x07a\u202enn\r\nbob', level: 3 };
        let seen: unknown;
        const { session$ } = caller(m.scheduler, NEVER, {
          authenticate: () => of(tricky),
          app: (session) => {
            seen = session.user;
            return EMPTY;
          },
        });
        expect(diary(m.scheduler, session$)[1]).toBe('0 authenticated ]0;xannbob');
        expect(seen).toEqual({ handle: ']0;xannbob', level: 3 });
      }),
    );

    it(
      'that emits a user because the input ended is too late',
      marbles((m) => {
        const app = jasmine.createSpy('app', echo).and.callFake(echo);
        const authenticate: Authenticator = ({ line$ }) =>
          line$.pipe(
            take(1),
            defaultIfEmpty('guest'),
            map((handle) => ({ handle })),
          );
        const { session$ } = caller(m.scheduler, m.cold('--|'), { authenticate, app });
        expect(diary(m.scheduler, session$)).toEqual([
          '0 opened on 3',
          '2 closing hangup',
          '2 closed hangup',
          '2 |',
        ]);
        expect(app).not.toHaveBeenCalled();
      }),
    );

    it(
      'has until the login deadline, however much the caller types',
      marbles((m) => {
        const authenticate: Authenticator = ({ line$ }) => line$.pipe(ignoreElements());
        const input$ = timer(0, 1000, m.scheduler).pipe(map(() => 'x\r'));
        const { session$ } = caller(m.scheduler, input$, { authenticate, limits: { loginTimeoutMs: 5000 } });
        expect(diary(m.scheduler, session$)[1]).toBe('5000 closing login-timeout');
      }),
    );
  });

  for (const [who, parts] of [
    ['an app', { app: () => brokenTeardown }],
    ['an authenticator', { authenticate: () => brokenTeardown }],
  ] as [string, Parts][]) {
    it(
      `is closed although ${who} throws when unsubscribed, and reports it`,
      marbles((m) => {
        const { session$, call, calls } = caller(m.scheduler, NEVER, parts);
        at(m, 10, () => call()?.end('kicked'));
        expect(diary(m.scheduler, session$).slice(-4)).toEqual([
          '10 closing kicked',
          `10 failed ${who === 'an app' ? 'app' : 'authenticate'}: in the teardown`,
          '10 closed kicked',
          '10 |',
        ]);
        expect(calls.size).toBe(0);
      }),
    );
  }

  it(
    'reports its duration from its start',
    marbles((m) => {
      const { session$ } = caller(m.scheduler, m.cold('7ms |'));
      const durations: number[] = [];
      at(m, 5, () => {
        session$.subscribe((event) => event.type === 'sessionClosed' && durations.push(event.durationMs));
      });
      m.flush();
      expect(durations).toEqual([7]);
    }),
  );

  describe('unsubscribing', () => {
    for (const [phase, parts] of [
      ['waits', { place$: concat(of(1), NEVER) }],
      ['logs in', { authenticate: () => NEVER }],
      ['is on line', { limits: { idleTimeoutMs: 60_000 } }],
    ] as [string, Parts][]) {
      it(
        `frees everything while the caller ${phase}`,
        marbles((m) => {
          const input$ = m.hot('---------');
          const visit = caller(m.scheduler, input$, parts);
          const subscription = visit.session$.subscribe();
          expect(visit.calls.size).toBe(1);
          at(m, 5, () => {
            subscription.unsubscribe();
            expect(visit.connection.calls).toEqual(['destroy']);
            expect(visit.admitted.left).toBe(true);
            expect(visit.calls.size).toBe(0);
            expect(m.scheduler.actions.length).withContext('timers').toBe(0);
          });
          m.expect(input$).toHaveSubscriptions('^----!');
          m.flush();
        }),
      );
    }

    it(
      'frees everything during the farewell',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, { line: { lingers: true } });
        const subscription = visit.session$.subscribe();
        at(m, 5, () => visit.call()?.end('kicked'));
        at(m, 10, () => {
          subscription.unsubscribe();
          expect(visit.connection.calls).toContain('destroy');
          expect(visit.calls.size).toBe(0);
          expect(m.scheduler.actions.length).withContext('timers').toBe(0);
        });
        m.flush();
      }),
    );

    it(
      'emits nothing, and unsubscribes the app',
      marbles((m) => {
        let running = 0;
        const app: App = () => {
          running += 1;
          return NEVER.pipe(
            finalize(() => {
              running -= 1;
            }),
          );
        };
        const { session$ } = caller(m.scheduler, NEVER, { app });
        m.expect(session$.pipe(map(word)), '----!').toBeObservable('(oa)-', {
          o: 'opened on 3',
          a: 'authenticated ann',
        });
        at(m, 3, () => expect(running).toBe(1));
        m.flush();
        expect(running).toBe(0);
      }),
    );
  });

  it(
    'leaves no timer behind when it is over',
    marbles((m) => {
      const limits = { idleTimeoutMs: 60_000, loginTimeoutMs: 60_000, sessionLimitMs: 60_000 };
      const { session$, call } = caller(m.scheduler, NEVER, { limits });
      session$.pipe(until(m)).subscribe();
      at(m, 5, () => {
        call()?.end('kicked');
        expect(m.scheduler.actions.length).withContext('timers').toBe(0);
      });
      m.flush();
    }),
  );

  describe('the states', () => {
    /** The state at each event, and at each step of the app. */
    function states(m: Context, parts: Parts, end: (call: Call | undefined) => void): SessionState[] {
      const seen: SessionState[] = [];
      const see = (state: SessionState | undefined) => {
        if (state && seen.at(-1) !== state) seen.push(state);
      };
      const visit = caller(m.scheduler, NEVER, {
        ...parts,
        authenticate: (session, services) => {
          see(session.state);
          return (parts.authenticate ?? ann)(session, services);
        },
        app: (session) => {
          see(session.state);
          return NEVER;
        },
        line: { lingers: true },
      });
      const record: { call: Call | undefined } = { call: undefined };
      at(m, 10, () => end(visit.call()));
      const watched$ = visit.session$.pipe(
        tap(() => {
          record.call ??= visit.call();
          see(record.call?.state);
        }),
      );
      diary(m.scheduler, watched$);
      return seen;
    }

    it(
      'come in the order of SESSION_STATES, all of them after a wait',
      marbles((m) => {
        const place$ = m.cold('a--|', { a: 1 });
        expect(states(m, { place$ }, (call) => call?.end('kicked'))).toEqual([...SESSION_STATES]);
      }),
    );

    it(
      'may be skipped on the way to the end',
      marbles((m) => {
        const end = (call: Call | undefined) => call?.end('kicked');
        expect(states(m, { authenticate: () => NEVER }, end)).toEqual([
          'connected',
          'authenticating',
          'closing',
          'closed',
        ]);
      }),
    );

    it(
      'of a caller who leaves the waiting room skip the rest',
      marbles((m) => {
        const place$ = concat(of(1), NEVER);
        expect(states(m, { place$ }, (call) => call?.end('shutdown'))).toEqual(['waiting', 'closed']);
      }),
    );
  });

  describe('a waiting caller', () => {
    const places = { a: 2, b: 1 };

    it(
      "is told the position, and opened at the caller's turn",
      marbles((m) => {
        const place$ = m.cold('               a 999ms b 999ms |', places);
        const input$ = m.hot('                500ms x 3s y -', { x: 'dropped\r', y: 'bob\r' });
        const visit = caller(m.scheduler, input$, { place$, authenticate: asks });
        expect(diary(m.scheduler, visit.session$).slice(0, 4)).toEqual([
          '0 waiting at 2',
          '1000 waiting at 1',
          '2000 opened on 3',
          '3501 authenticated bob',
        ]);
        const line = (place: number) => `All 3 nodes are busy. You are number ${place} in line.\n`;
        expect(visit.connection.screen).toBe(`${line(2)}${line(1)}who? `);
      }),
    );

    it(
      'has the wait included in the duration',
      marbles((m) => {
        const place$ = m.cold('a 1999ms |', places);
        const { session$ } = caller(m.scheduler, m.hot('3s |'), { place$ });
        const durations: number[] = [];
        session$.subscribe((event) => event.type === 'sessionClosed' && durations.push(event.durationMs));
        m.flush();
        expect(durations).toEqual([3000]);
      }),
    );

    it(
      'is gone at once after a hang-up, and was never opened',
      marbles((m) => {
        const place$ = m.cold('               a 999ms b 999ms |', places);
        const { session$, admitted } = caller(m.scheduler, m.hot('500ms |'), { place$ });
        m.expect(session$).toBeObservable('   w 499ms (d|)', {
          w: { type: 'sessionWaiting', session: 7, callId: 'b0a2d-7', address: '192.0.2.1', position: 2 },
          d: {
            type: 'sessionClosed',
            session: 7,
            callId: 'b0a2d-7',
            node: 0,
            address: '192.0.2.1',
            reason: 'hangup',
            bytesIn: 0,
            bytesOut: 48,
            durationMs: 500,
            flushed: true,
          },
        });
        m.expect(place$).toHaveSubscriptions('^ 499ms !');
        m.flush();
        expect(admitted.left).toBe(true);
      }),
    );

    it(
      'is ended by a shutdown',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, { place$: concat(of(1), NEVER) });
        at(m, 500, () => visit.call()?.end('shutdown'));
        expect(diary(m.scheduler, visit.session$)).toEqual([
          '0 waiting at 1',
          '500 closed shutdown',
          '500 |',
        ]);
        expect(visit.connection.screen).toMatch(/\nThe board is going down. Goodbye!\n$/);
        expect(visit.admitted.left).toBe(true);
      }),
    );

    it(
      'is given up without a sign of life, and the others move up',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, {
          place$: concat(of(1), NEVER),
          limits: { deadPeerTimeoutMs: 5000 },
          line: { answers: true },
        });
        expect(diary(m.scheduler, visit.session$)).toEqual(['0 waiting at 1', '5000 closed lost', '5000 |']);
        expect(visit.connection.calls).toContain('probe');
        expect(visit.admitted.left).toBe(true);
      }),
    );

    it(
      'can be kicked once opened, like any other',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, { place$: m.cold('b 999ms |', places) });
        at(m, 5000, () => visit.call()?.end('kicked'));
        expect(diary(m.scheduler, visit.session$).slice(2)).toEqual([
          '1000 authenticated ann',
          '5000 closing kicked',
          '5000 closed kicked',
          '5000 |',
        ]);
      }),
    );

    it(
      'has neither an idle timeout nor a login deadline before the opening',
      marbles((m) => {
        for (const [limits, reason] of [
          [{ loginTimeoutMs: 5000 }, 'login-timeout'],
          [{ idleTimeoutMs: 5000 }, 'idle'],
          [{ sessionLimitMs: 5000 }, 'time-limit'],
        ] as const) {
          const scheduler = new VirtualTimeScheduler();
          const place$ = concat(of(1), timer(60_000, scheduler).pipe(ignoreElements()));
          const { session$ } = caller(scheduler, NEVER, { place$, limits, authenticate: () => NEVER });
          expect(diary(scheduler, session$).slice(0, 3)).toEqual([
            '0 waiting at 1',
            '60000 opened on 3',
            `65000 closing ${reason}`,
          ]);
        }
        m.flush();
      }),
    );
  });

  it(
    'tells admission of the login, and not before',
    marbles((m) => {
      const visit = caller(m.scheduler, m.cold('--a-', { a: 'ann\r' }), { authenticate: asks });
      const running = visit.session$.subscribe();
      at(m, 1, () => expect(visit.admitted.isLoggedIn).toBe(false));
      at(m, 3, () => {
        expect(visit.admitted.isLoggedIn).toBe(true);
        running.unsubscribe();
      });
      m.flush();
    }),
  );

  it(
    'reads at its input rate, and takes no caller for lost meanwhile',
    marbles((m) => {
      const limits = { inputRate: 10, deadPeerTimeoutMs: 5000 };
      const line = { answers: true };
      const visit = caller(m.scheduler, m.cold('a 20s b 999ms |', { a: 'x'.repeat(200), b: '\r' }), {
        limits,
        line,
      });
      expect(diary(m.scheduler, visit.session$).at(-2)).toBe('21001 closed hangup');
      expect(visit.connection.calls.slice(0, 2)).toEqual(['pause', 'resume']);
    }),
  );

  it(
    'unsubscribes the input when the app completes, during the farewell',
    marbles((m) => {
      const input$ = m.cold<string>('-');
      const { session$ } = caller(m.scheduler, input$, {
        app: () => timer(5).pipe(ignoreElements()),
        line: { lingers: true },
      });
      expect(diary(m.scheduler, session$).slice(-3)).toEqual([
        '5 closing app-done',
        '505 closed app-done',
        '505 |',
      ]);
      m.expect(input$).toHaveSubscriptions('^----!');
    }),
  );

  describe('an account with too many sessions', () => {
    const account: Authenticator = () => of({ handle: 'ann' });

    it(
      'takes over the other session, and is told so',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, {
          authenticate: account,
          limits: { maxPerUser: 1 },
          online: [{ id: 3, handle: 'ann' }],
        });
        const ended: EndReason[] = [];
        visit.calls.set(3, { end: (reason: EndReason) => ended.push(reason) } as unknown as Call);
        const running = visit.session$.subscribe();
        expect(ended).toEqual(['taken-over']);
        expect(visit.connection.screen).toContain('Your other call was closed. Welcome back.');
        expect(visit.call()?.state).toBe('active');
        running.unsubscribe();
      }),
    );

    it(
      'is denied if that is the policy',
      marbles((m) => {
        const visit = caller(m.scheduler, NEVER, {
          authenticate: account,
          limits: { maxPerUser: 1, perUserPolicy: 'deny' },
          online: [{ id: 3, handle: 'ann' }],
        });
        expect(diary(m.scheduler, visit.session$)).toEqual([
          '0 opened on 3',
          '0 closing denied',
          '0 closed denied',
          '0 |',
        ]);
        expect(visit.connection.screen).toContain(
          'You are on line once already. Please hang up there first.',
        );
      }),
    );
  });

  describe('a warning', () => {
    it(
      'does not end the session',
      marbles((m) => {
        const limits = { idleTimeoutMs: 5000, idleWarningMs: 2000 };
        const { session$, connection } = caller(m.scheduler, m.cold('4s a -', { a: 'here\r' }), { limits });
        expect(diary(m.scheduler, session$).slice(2)).toEqual([
          '3000 warned idle in 2000',
          '7000 warned idle in 2000',
          '9000 closing idle',
          '9000 closed idle',
          '9000 |',
        ]);
        const warning = '*** Still there? Press Enter, or your session ends in 2 seconds. ***\n';
        const goodbye = '\nYou were quiet for too long. Goodbye!\n';
        expect(connection.screen).toBe(`${warning}here\n${warning}${goodbye}`);
      }),
    );

    it(
      'comes before the session limit too',
      marbles((m) => {
        const limits = { sessionLimitMs: 5000, idleWarningMs: 2000 };
        const { session$, connection } = caller(m.scheduler, NEVER, { limits });
        expect(diary(m.scheduler, session$).slice(2, 4)).toEqual([
          '3000 warned time-limit in 2000',
          '5000 closing time-limit',
        ]);
        expect(connection.screen).toContain('*** You have 2 seconds left on line. ***\n');
      }),
    );
  });

  it(
    'echoes input if that was negotiated',
    marbles((m) => {
      for (const echoes of [true, false]) {
        const app: App = ({ line$ }) => line$.pipe(ignoreElements());
        const { session$, connection } = caller(m.scheduler, m.cold('-a', { a: 'typed\r' }), {
          app,
          line: { echo: echoes },
        });
        diary(m.scheduler, session$);
        expect(connection.screen).toBe(echoes ? 'typed\n' : '');
      }
    }),
  );

  describe('keys that do more than edit', () => {
    const echoing = { line: { echo: true } };

    it(
      'hang up at Ctrl-D, like a hang-up by the caller',
      marbles((m) => {
        const { session$, connection } = caller(m.scheduler, m.cold('--d-', { d: '\x04' }), echoing);
        expect(diary(m.scheduler, session$).slice(2)).toEqual(['2 closing hangup', '2 closed hangup', '2 |']);
        expect(connection.screen).toBe('');
      }),
    );

    it(
      'prompt again at Ctrl-C, and drop the type-ahead',
      marbles((m) => {
        const authenticate: Authenticator = (session) =>
          session.ask('who? ').pipe(
            delay(10, m.scheduler),
            mergeMap((handle) =>
              session.ask('town? ').pipe(map((town) => ({ handle: `${handle} of ${town}` }))),
            ),
          );
        const input$ = m.cold('--a-b 20ms c-', { a: 'ann\rdrop', b: 'ped\r\x03', c: 'rome\r' });
        const { session$, connection } = caller(m.scheduler, input$, { authenticate, ...echoing });
        expect(diary(m.scheduler, session$)[1]).toBe('25 authenticated ann of rome');
        expect(connection.screen).toBe('who? ann\n\n\ntown? rome\n');
      }),
    );

    it(
      'redraw the line at Ctrl-L, with its prompt',
      marbles((m) => {
        const input$ = m.cold('--a-b-c-', { a: 'an', b: '\x0c', c: 'n\r' });
        const line = { echo: true, type: 'ansi' };
        const { session$, connection } = caller(m.scheduler, input$, { authenticate: asks, line });
        diary(m.scheduler, session$);
        expect(connection.screen).toBe('who? an\x1b[2J\x1b[Hwho? ann\n');
      }),
    );

    it(
      'recall the last line, but never a secret',
      marbles((m) => {
        const authenticate: Authenticator = (session) =>
          session.ask('password? ', { secret: true }).pipe(map(() => ({ handle: 'ann' })));
        const input$ = m.cold('--a-b-c-', { a: 'sesame\r', b: 'one\r', c: '\x1b[A\x1b[A\r' });
        const { session$, connection } = caller(m.scheduler, input$, { authenticate, ...echoing });
        diary(m.scheduler, session$);
        expect(connection.screen).toBe('password? \none\none\none\none\n');
      }),
    );
  });

  describe('input that may be a secret', () => {
    const UP = '\x1b[A';
    const echoing = { line: { echo: true, type: 'ansi' } };

    /** Checks a password for 10 ms, and asks again if it is wrong. */
    const login =
      (scheduler: SchedulerLike): Authenticator =>
      (session) =>
        session.ask('Handle: ').pipe(
          mergeMap((handle) =>
            session.ask('Password: ', { secret: true }).pipe(
              delay(10, scheduler),
              map((password) => ({ handle, isRight: password === 'sesame' })),
            ),
          ),
          repeat(2),
          first(({ isRight }) => isRight),
        );
    const echoApp: App = ({ line$ }) => line$.pipe(map((line) => `<${line}>\n`));

    it(
      'is not shown or recalled when typed while another secret is checked',
      marbles((m) => {
        const input$ = m.cold('-a-b 20ms u-d', {
          a: 'ann\rwrong\r',
          b: 'ann\rsesame\r',
          u: `${UP}\r`,
          d: `${UP}${UP}${UP}\r`,
        });
        const given = { authenticate: login(m.scheduler), app: echoApp, ...echoing };
        const { session$, connection } = caller(m.scheduler, input$, given);
        diary(m.scheduler, session$);
        expect(connection.screen).not.toContain('sesame');
        expect(connection.screen).not.toContain('wrong');
        expect(connection.screen).toContain('ann\n<ann>\n');
      }),
    );

    it(
      'is not shown in part, nor by a redraw: a notice, Ctrl-L, Tab and Ctrl-C',
      marbles((m) => {
        for (const redraw of ['\x0c', '\t', '\x1b[D', '\x03', '']) {
          const authenticate: Authenticator = (session, services) =>
            merge(
              session.completion$((typed) => [`${typed}x`, `${typed}y`]),
              timer(5, m.scheduler).pipe(
                tap(() => session.notify('a notice')),
                ignoreElements(),
              ),
              login(m.scheduler)(session, services),
            );
          const input$ = m.cold('-a-b-c', { a: 'ann\rwrong\r', b: 'ses', c: redraw });
          const { session$, connection } = caller(m.scheduler, input$, { authenticate, ...echoing });
          diary(m.scheduler, session$);
          expect(connection.screen).toContain('a notice');
          expect(connection.screen).not.toMatch(/ses/);
        }
      }),
    );

    it(
      'is not shown before the first question',
      marbles((m) => {
        const { session$, connection } = caller(m.scheduler, of('ann\rsesame\r'), {
          authenticate: login(m.scheduler),
          ...echoing,
        });
        diary(m.scheduler, session$);
        expect(connection.screen).not.toContain('sesame');
      }),
    );

    it(
      'is shown from the next key on when the question is not secret',
      marbles((m) => {
        const input$ = m.cold('-a-b 20ms c', { a: 'ann\rwrong\r', b: 'an', c: 'n' });
        const given = { authenticate: login(m.scheduler), ...echoing };
        const { session$, connection } = caller(m.scheduler, input$, given);
        diary(m.scheduler, session$);
        expect(connection.screen).toBe('Handle: ann\nPassword: \nHandle: ann');
      }),
    );

    it(
      'is not shown between two secrets of an app, such as a new password asked for twice',
      marbles((m) => {
        const app: App = (session) =>
          session.eachLine((line) => {
            if (line !== 'passwd') return of(`<${line}>\n`);
            const ask = (prompt: string) =>
              session.ask(prompt, { secret: true }).pipe(delay(10, m.scheduler), ignoreElements());
            return concat(ask('New: '), ask('Once more: '), of('Changed.\n'));
          });
        const input$ = m.cold('-a-b 30ms c-d-e', {
          a: 'passwd\rsesame\r',
          b: 'sesame\r',
          c: 'hello\r',
          d: `${UP}\r`,
          e: `${UP}${UP}${UP}${UP}\r`,
        });
        const { session$, connection } = caller(m.scheduler, input$, { app, ...echoing });
        diary(m.scheduler, session$);
        expect(connection.screen).not.toContain('sesame');
        expect(connection.screen).toContain('Changed.\nhello\n<hello>\nhello\n<hello>\n');
      }),
    );

    it(
      'is not recalled if it was typed ahead',
      marbles((m) => {
        const app: App = (session) =>
          session.eachLine((line) =>
            line === 'passwd'
              ? timer(10, m.scheduler).pipe(
                  mergeMap(() => session.ask('New: ', { secret: true })),
                  map(() => 'Changed.\n'),
                )
              : of(`<${line}>\n`),
          );
        const input$ = m.cold('-a 20ms b-c', {
          a: 'passwd\rsesame\r',
          b: `${UP}\r`,
          c: '',
        });
        const { session$, connection } = caller(m.scheduler, input$, { app, ...echoing });
        diary(m.scheduler, session$);
        expect(connection.screen).toContain('Changed.\npasswd\n');
      }),
    );

    it(
      'is not passed to a reader of keys while it is typed',
      marbles((m) => {
        const keys: string[] = [];
        const app: App = (session) =>
          merge(
            session.ask('New: ', { secret: true }).pipe(ignoreElements()),
            timer(5, m.scheduler).pipe(
              mergeMap(() => session.key$),
              tap((key) => keys.push(key)),
              ignoreElements(),
            ),
          );
        const { session$ } = caller(m.scheduler, m.cold('-a 10ms b', { a: 'ses', b: 'k' }), {
          app,
          ...echoing,
        });
        diary(m.scheduler, session$);
        expect(keys).toEqual(['k']);
      }),
    );
  });

  it(
    'redraws the line after other output, and drops an unfinished secret',
    marbles((m) => {
      const app: App = ({ line$ }) =>
        merge(
          timer(4, m.scheduler).pipe(map(() => 'bob came in\n')),
          line$.pipe(map((line) => `<${line}>\n`)),
        );
      const input$ = m.cold('--a---b-c-', { a: 'hel', b: 'l', c: 'o\r' });
      const { session$, connection } = caller(m.scheduler, input$, { app, line: { echo: true } });
      diary(m.scheduler, session$);
      expect(connection.screen).toBe('helbob came in\nhello\n<hello>\n');
    }),
  );

  it(
    'passes keys to an app that reads keys, type-ahead first, and lines again afterwards',
    marbles((m) => {
      const heard: string[] = [];
      const app: App = (session) =>
        concat(
          session.key$.pipe(takeWhile((key) => key !== 'q')),
          session.line$.pipe(map((line) => `line ${line}`)),
        ).pipe(
          tap((text) => heard.push(text)),
          ignoreElements(),
        );
      const authenticate: Authenticator = () => timer(5, m.scheduler).pipe(map(() => ({ handle: 'ann' })));
      const input$ = m.cold('--a------b-c-', { a: 'h\u00e9\ri', b: '\x1b[A\x1b[1;5Cxq', c: 'one\r' });
      const { session$, connection } = caller(m.scheduler, input$, { app, authenticate });
      diary(m.scheduler, session$);
      expect(heard).toEqual(['h', 'é', 'enter', 'i', 'up', 'ctrl-right', 'x', 'line one']);
      expect(connection.screen).toBe('');
    }),
  );

  it(
    "stops answering a caller who doesn't read, and ends no session for it",
    marbles((m) => {
      const app: App = ({ line$ }) => line$.pipe(map((line) => line.repeat(30)));
      const input$ = m.cold('--a-', { a: 'xxxxxxxxxx\r'.repeat(10) });
      const visit = caller(m.scheduler, input$, { app, line: { deaf: true } });
      const answers = () => visit.connection.screen.length / 300;
      at(m, 3, () => {
        expect(answers()).toBe(2);
        visit.connection.read();
        expect(answers()).toBe(4);
        visit.call()?.end('forced');
      });
      expect(diary(m.scheduler, visit.session$).slice(2)).toEqual([
        '3 closing forced',
        '3 closed forced',
        '3 |',
      ]);
    }),
  );

  it(
    'holds a caller who types too far ahead of the app',
    marbles((m) => {
      const input$ = concat(of(`${'x'.repeat(1000)}\r`.repeat(200)), NEVER);
      const answers = m.cold('5s a 5s b 5s |', { a: '.', b: '.' });
      const app: App = ({ line$ }) => concat(answers, line$.pipe(ignoreElements()));
      const { session$, connection } = caller(m.scheduler, input$, {
        app,
        limits: { idleTimeoutMs: 60_000 },
      });
      diary(m.scheduler, session$);
      expect(connection.calls.slice(0, 2)).toEqual(['pause', 'resume']);
    }),
  );

  it('reads a long chunk in time slices, with others in between', () => {
    const scheduler = new VirtualTimeScheduler();
    const input = new Subject<string>();
    const heard: string[] = [];
    const slow: App = ({ line$ }) =>
      line$.pipe(
        tap((line) => {
          scheduler.frame += 0.01;
          heard.push(line);
        }),
        ignoreElements(),
      );
    const { session$ } = caller(scheduler, input, { app: slow });
    const running = session$.subscribe();
    const lines = Array.from({ length: 5000 }, (_, index) => `${index}`);
    input.next(`${lines.join('\r\n')}\r\n`);
    const atOnce = heard.length;
    expect(atOnce).toBeLessThan(2000);
    for (const action of scheduler.actions.splice(0)) action.execute(undefined as never, 0);
    expect(heard.length).toBeGreaterThan(atOnce);
    expect(heard.length).toBeLessThan(lines.length);
    for (let turns = 0; turns < 50; turns += 1)
      for (const action of scheduler.actions.splice(0)) action.execute(undefined as never, 0);
    expect(heard).toEqual(lines);
    running.unsubscribe();
  });

  describe('of a caller who may speak another protocol', () => {
    /** Caller 7, who is recognised at a time, or when a spec says. */
    function unknown(m: Context, input: Observable<string>, recognised: string, parts: Parts = {}) {
      const visit = caller(m.scheduler, input, { app: () => NEVER, authenticate: asks, ...parts });
      const recognised$ = m.cold<never>(recognised);
      Object.assign(visit.connection, { recognised$ });
      return { ...visit, recognised$ };
    }
    const foreign = new SessionEnd('wrong-protocol', 'HTTP');
    const fails = (m: Context, when: string) => m.cold<string>(when, undefined, foreign);

    it(
      'greets at once, and opens when the caller is recognised',
      marbles((m) => {
        const { session$, connection, recognised$ } = unknown(m, m.cold('---a', { a: 'ann\r' }), '--|');
        at(m, 1, () => expect(connection.screen).toBe('who? '));
        m.expect(session$, '^----!').toBeObservable('--oa', {
          o: { type: 'sessionOpened', session: 7, callId: 'b0a2d-7', node: 3, address: '192.0.2.1' },
          a: { type: 'sessionAuthenticated', session: 7, node: 3, handle: 'ann' },
        });
        m.expect(recognised$).toHaveSubscriptions('^-!');
      }),
    );

    it(
      'opens after half a second of silence',
      marbles((m) => {
        const { session$, recognised$ } = unknown(m, NEVER, '-');
        m.expect(session$.pipe(map(word)), '^ 2s !').toBeObservable('500ms o', { o: 'opened on 3' });
        m.expect(recognised$).toHaveSubscriptions('^ 499ms !');
      }),
    );

    it(
      'never opens if the caller does, and emits one event',
      marbles((m) => {
        const { session$, recognised$, admitted, connection, call } = unknown(m, fails(m, '--#'), '-');
        m.expect(session$).toBeObservable('--(r|)', {
          r: { type: 'connectionRefused', address: '192.0.2.1', reason: 'wrong-protocol', protocol: 'HTTP' },
        });
        m.expect(recognised$).toHaveSubscriptions('^-!');
        m.flush();
        expect(connection.screen).toBe('who? ');
        expect(connection.calls).toContain('close');
        expect(admitted.left).toBeTruthy();
        expect(call()).toBeUndefined();
      }),
    );

    it(
      'ends if the caller does after it was opened',
      marbles((m) => {
        const { session$ } = unknown(m, fails(m, '2s #'), '-');
        expect(diary(m.scheduler, session$)).toEqual([
          '500 opened on 3',
          '2000 closing wrong-protocol',
          '2000 closed wrong-protocol',
          '2000 |',
        ]);
      }),
    );

    it(
      'opens before a login that needs no input',
      marbles((m) => {
        const { session$ } = unknown(m, NEVER, '-', { authenticate: ann });
        m.expect(session$.pipe(map(word)), '^-!').toBeObservable('(oa)', {
          o: 'opened on 3',
          a: 'authenticated ann',
        });
      }),
    );

    it(
      'opens before it ends for any other reason',
      marbles((m) => {
        const hungUp = unknown(m, m.cold('-|'), '-');
        expect(diary(m.scheduler, hungUp.session$)).toEqual([
          '1 opened on 3',
          '1 closing hangup',
          '1 closed hangup',
          '1 |',
        ]);
      }),
    );

    it(
      'stops recognising the caller when unsubscribed',
      marbles((m) => {
        const { session$, recognised$ } = unknown(m, NEVER, '-');
        m.expect(session$, '^--!').toBeObservable('----');
        m.expect(recognised$).toHaveSubscriptions('^--!');
      }),
    );
  });

  describe('bytes', () => {
    /** Says lines; at `get`, what `raw` takes; and lines again. */
    const turning =
      (raw: (session: Parameters<App>[0]) => Observable<Uint8Array>): App =>
      (session) => {
        const line$ = session.line$.pipe(map((line) => `<${line}>`));
        return concat(line$.pipe(takeWhile((line) => line !== '<get>')), raw(session), line$);
      };
    const until$ = (end: string) => (session: Parameters<App>[0]) =>
      session.byte$.pipe(takeWhile((bytes) => Buffer.from(bytes).toString() !== end));

    it(
      'come as they are, without echo, between lines, in one packet or many',
      marbles((m) => {
        const input$ = m.cold('-a-b-c-d-|', {
          a: 'one\rget\r\n\x03\t\x7f\r',
          b: '\x1b[A\0é',
          c: 'end',
          d: 'two\r',
        });
        const { connection, session$ } = caller(m.scheduler, input$, {
          app: turning(until$('end')),
          line: { echo: true },
        });
        m.expect(session$.pipe(map(word))).toBeObservable('(oa)-----(bc|)', {
          o: 'opened on 3',
          a: 'authenticated ann',
          b: 'closing hangup',
          c: 'closed hangup',
        });
        m.expect(input$).toHaveSubscriptions('^--------!');
        m.flush();
        const latin1 = Buffer.from('é').toString('latin1');
        expect(connection.screen).toBe(`one\n<one>get\n\x03\t\x7f\r\x1b[A\0${latin1}two\n<two>`);
      }),
    );

    it(
      'ask for BINARY once',
      marbles((m) => {
        const app: App = (session) => concat(session.byte$.pipe(take(1)), session.byte$);
        const { connection, session$ } = caller(m.scheduler, m.cold('-a-b', { a: 'a', b: 'b' }), { app });
        diary(m.scheduler, session$);
        expect(connection.calls.filter((call) => call === 'askBinary').length).toBe(1);
        expect(connection.screen).toBe('ab');
      }),
    );

    it(
      'have no notice among them: it is shown afterwards',
      marbles((m) => {
        const input$ = m.cold('-a-b-c', { a: 'get\r', b: 'data', c: 'end' });
        const visit = caller(m.scheduler, input$, { app: turning(until$('end')) });
        at(m, 2, () => visit.call()?.notify('news'));
        at(m, 4, () => {
          visit.connection.notifier?.notify('more');
          expect(visit.connection.screen).toBe('data');
        });
        diary(m.scheduler, visit.session$);
        expect(visit.connection.screen).toBe('datanews\nmore\n');
      }),
    );

    it(
      'show the notices at the end of the session',
      marbles((m) => {
        const visit = caller(m.scheduler, m.cold('-a-b', { a: 'get\r', b: 'data' }), {
          app: turning(({ byte$ }) => byte$),
        });
        at(m, 4, () => visit.call()?.notify('news'));
        at(m, 5, () => visit.call()?.end('kicked'));
        diary(m.scheduler, visit.session$);
        expect(visit.connection.screen).toBe('datanews\n\nThe sysop closed your call.\n');
      }),
    );

    it(
      'wait for a caller who is behind, and go on to lines if nothing takes them',
      marbles((m) => {
        const input$ = m.cold('-a-b-c-d', { a: 'get\r', b: 'xx', c: 'end', d: 'two\rthree\r' });
        const app = turning(({ byte$ }) => byte$.pipe(take(1)));
        const visit = caller(m.scheduler, input$, {
          app,
          line: { deaf: true },
          limits: { outputLimitBytes: 30 },
        });
        at(m, 2, () => visit.call()?.write('x'.repeat(20)));
        at(m, 10, () => visit.connection.read());
        diary(m.scheduler, visit.session$);
        expect(visit.connection.screen).toBe(`${'x'.repeat(22)}<endtwo><three>`);
        expect(visit.connection.calls.filter((call) => call === 'pause').length).toBe(1);
        expect(visit.connection.calls.filter((call) => call === 'resume').length).toBe(1);
      }),
    );

    it(
      'hold the caller when too many wait, and count as input',
      marbles((m) => {
        const input$ = m.cold('-a 9s b 9s c', { a: 'x', b: 'x'.repeat(70_000), c: 'x' });
        const visit = caller(m.scheduler, input$, {
          app: ({ byte$ }) => byte$.pipe(ignoreElements()),
          line: { deaf: true },
          limits: { outputLimitBytes: 30, idleTimeoutMs: 10_000 },
        });
        at(m, 2, () => visit.call()?.write('x'.repeat(20)));
        at(m, 12_000, () => expect(visit.call()?.held).toBe(true));
        at(m, 15_000, () => visit.connection.read());
        at(m, 15_001, () => expect(visit.call()?.held).toBe(false));
        expect(diary(m.scheduler, visit.session$)).toEqual([
          '0 opened on 3',
          '0 authenticated ann',
          '29000 closing idle',
          '29500 closed idle',
          '29500 |',
        ]);
      }),
    );

    it(
      'are limited by the input rate',
      marbles((m) => {
        const visit = caller(m.scheduler, m.cold('-a', { a: 'x'.repeat(3000) }), {
          app: ({ byte$ }) => byte$,
          limits: { inputRate: 1000 },
        });
        diary(m.scheduler, visit.session$);
        expect(visit.connection.calls.slice(0, 2)).toEqual(['askBinary', 'pause']);
      }),
    );
  });
});
