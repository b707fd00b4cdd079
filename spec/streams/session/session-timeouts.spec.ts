import fc from 'fast-check';
import {
  concat,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  type MonoTypeOperatorFunction,
  NEVER,
  Observable,
  of,
  type SchedulerLike,
  Subject,
  startWith,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';
import { type Deadline, type TimerWheel, timerWheel } from '../../../streams/rx/timer-wheel.js';
import {
  STALL_MS,
  sessionTimeouts,
  type TimedSession,
  type TimeoutLimits,
  type Warner,
} from '../../../streams/session/session-timeouts.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { counting } from '../../support/counting.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const OFF: TimeoutLimits = {
  idleTimeoutMs: null,
  idleWarningMs: null,
  sessionLimitMs: null,
};
/** The defaults of a board: ten minutes, with a warning at nine. */
const IDLE: TimeoutLimits = { ...OFF, idleTimeoutMs: 600_000, idleWarningMs: 60_000 };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A session that the spec can change. */
type FakeCall = { -readonly [Key in keyof TimedSession]: TimedSession[Key] };

const aCall = (): FakeCall => ({
  openedAt: 0,
  lastInputAt: 0,
  held: false,
  taken: 0,
});

/**
 * The timeouts of a session: input is passed on, and a warning becomes `idle 60000`. The tick is a
 * second.
 */
function clocks(
  m: Context,
  input$: Observable<string>,
  limits: Partial<TimeoutLimits>,
  call: FakeCall = aCall(),
  scheduler: SchedulerLike = m.scheduler,
): Observable<string> {
  // A session that fails to end must not keep the run going for ever.
  m.scheduler.maxFrames = HOUR;
  return new Observable((subscriber) => {
    const warner: Warner = { warn: (reason, inMs) => subscriber.next(`${reason} ${inMs}`) };
    return input$
      .pipe(sessionTimeouts(call, { ...OFF, ...limits }, timerWheel(1000, scheduler), scheduler, warner))
      .subscribe(subscriber);
  });
}

/** Changes the session as time passes. */
function at(m: Context, timeMs: number, act: () => void) {
  m.scheduler.schedule(act, timeMs);
}

/** The app takes a line at `timeMs`, and again every `everyMs` before `untilMs`. */
function takes(m: Context, call: FakeCall, timeMs: number, everyMs = 1, untilMs = timeMs + 1) {
  for (let now = timeMs; now < untilMs; now += everyMs) {
    at(m, now, () => {
      call.taken += 1;
    });
  }
}

/** The output in the diagrams below: input, and warnings. */
const TOLD = { a: 'a', b: 'b', c: 'c', d: 'd', w: 'idle 60000', l: 'time-limit 60000' };
const ended = (reason: 'idle' | 'login-timeout' | 'time-limit' | 'lost') => new SessionEnd(reason);

describe('sessionTimeouts', () => {
  describe('as an operator', () => {
    it(
      'passes on input and the hang-up',
      marbles((m) => {
        const input = m.hot('-a-b-|');
        m.expect(clocks(m, input, IDLE)).toBeObservable('-a-b-|');
        m.expect(input).toHaveSubscriptions('                       ^----!');
      }),
    );

    it(
      'passes on an error of the source',
      marbles((m) => {
        const input = m.hot('-a-#', undefined, new SessionEnd('protocol'));
        const expected = '   -a-#';
        m.expect(clocks(m, input, IDLE)).toBeObservable(expected, undefined, new SessionEnd('protocol'));
        m.expect(input).toHaveSubscriptions('^--!');
      }),
    );

    it(
      'unsubscribes its source when it ends the session',
      marbles((m) => {
        const input = m.hot('                                           -');
        const limited = clocks(m, input, { sessionLimitMs: 5000 });
        m.expect(limited).toBeObservable('            5s #', undefined, ended('time-limit'));
        m.expect(input).toHaveSubscriptions('         ^ 4999ms !');
      }),
    );

    it(
      'unsubscribes its source when unsubscribed',
      marbles((m) => {
        const input = m.hot('-a 20m a -');
        const unsub = '     ^ 9999ms !';
        m.expect(clocks(m, input, IDLE), unsub).toBeObservable('-a');
        m.expect(input).toHaveSubscriptions(unsub);
      }),
    );

    it(
      'sets the time of the last input',
      marbles((m) => {
        const call = aCall();
        m.expect(clocks(m, m.hot('7s a 4s b|'), IDLE, call)).toBeObservable('7s a 4s b|');
        m.flush();
        expect(call.lastInputAt).toBe(11_001);
      }),
    );

    it(
      'leaves no timer behind, however the session ends',
      marbles((m) => {
        const ends: [string, Observable<string>][] = [
          ['at once', EMPTY],
          ['at once, with something typed', of('a', 'b')],
          ['at once, with an error', throwError(() => new SessionEnd('lost'))],
          ['by a hang-up', m.cold('3s |')],
          ['by an error', m.cold('3s #')],
          ['by a limit', NEVER],
        ];
        for (const [how, input$] of ends) {
          const clock = counting(m.scheduler);
          clocks(m, input$, { sessionLimitMs: 5000 }, aCall(), clock).subscribe({ error: () => {} });
          at(m, 5001, () => expect(clock.running).withContext(how).toBe(0));
        }
        const clock = counting(m.scheduler);
        clocks(m, NEVER, IDLE, aCall(), clock).subscribe().unsubscribe();
        expect(clock.started).toBe(1);
        expect(clock.running).withContext('by being left').toBe(0);
      }),
    );

    it(
      'starts anew for each subscription',
      marbles((m) => {
        const idle$ = clocks(m, NEVER, IDLE);
        m.expect(idle$).toBeObservable('9m w 59999ms #', TOLD, ended('idle'));
        m.expect(idle$).toBeObservable('9m w 59999ms #', TOLD, ended('idle'));
      }),
    );
  });

  describe('idle', () => {
    it(
      'warns at nine minutes and ends at ten',
      marbles((m) => {
        m.expect(clocks(m, NEVER, IDLE)).toBeObservable('9m w 59999ms #', TOLD, ended('idle'));
      }),
    );

    it(
      'starts anew with each input',
      marbles((m) => {
        const input = m.hot('5m a 179999ms b 179999ms c -');
        const expected = '   5m a 179999ms b 179999ms c 539999ms w 59999ms #';
        m.expect(clocks(m, input, IDLE)).toBeObservable(expected, TOLD, ended('idle'));
        m.expect(input).toHaveSubscriptions('^ 1259999ms !');
      }),
    );

    it(
      'warns of each silence once',
      marbles((m) => {
        const input = m.hot('9m 30s a -');
        const expected = '   9m w 29999ms a 8m 59s 999ms w 59999ms #';
        m.expect(clocks(m, input, IDLE)).toBeObservable(expected, TOLD, ended('idle'));
      }),
    );

    it(
      'is noticed at the first tick at or after its time, never before',
      marbles((m) => {
        const input = m.hot('1500ms a -');
        const expected = '   1500ms a 540499ms w 59999ms #';
        const late = { a: 'a', w: 'idle 59500' };
        m.expect(clocks(m, input, IDLE)).toBeObservable(expected, late, ended('idle'));
      }),
    );

    it(
      'spares a caller who types in the last second',
      marbles((m) => {
        const input = m.hot('9m 59s 500ms a -');
        const expected = '   9m w 59499ms a';
        m.expect(clocks(m, input, IDLE), '^ 15m !').toBeObservable(expected, TOLD);
      }),
    );

    it(
      'omits a warning that would come before its own start',
      marbles((m) => {
        const short = { idleTimeoutMs: 2000, idleWarningMs: 60_000 };
        const equal = { idleTimeoutMs: 60_000, idleWarningMs: 60_000 };
        m.expect(clocks(m, NEVER, short)).toBeObservable('2s #', TOLD, ended('idle'));
        m.expect(clocks(m, NEVER, equal)).toBeObservable('1m #', TOLD, ended('idle'));
      }),
    );

    it(
      'ends without a warning if warnings are off',
      marbles((m) => {
        const limits = { ...IDLE, idleWarningMs: null };
        m.expect(clocks(m, NEVER, limits)).toBeObservable('10m #', TOLD, ended('idle'));
      }),
    );

    it(
      'stops while the caller is held, and then resumes',
      marbles((m) => {
        const call = aCall();
        at(m, 5 * MINUTE, () => {
          call.held = true;
        });
        // The app is slow, not stalled: it takes a line now and then.
        takes(m, call, 5 * MINUTE, 15_000, 20 * MINUTE);
        at(m, 20 * MINUTE, () => {
          call.held = false;
          call.lastInputAt = 20 * MINUTE;
        });
        m.expect(clocks(m, NEVER, IDLE, call)).toBeObservable('29m w 59999ms #', TOLD, ended('idle'));
      }),
    );
  });

  it(
    'warns of each silence in time, also if the warning comes early in it',
    marbles((m) => {
      const limits = { idleTimeoutMs: 10 * MINUTE, idleWarningMs: 9 * MINUTE };
      const told = { a: 'a', w: `idle ${9 * MINUTE}` };
      const input = m.hot('90s a -');
      m.expect(clocks(m, input, limits), '^ 4m !').toBeObservable('1m w 29999ms a 59999ms w', told);
    }),
  );

  describe('time-limit', () => {
    const LIMIT = { sessionLimitMs: 30 * MINUTE, idleWarningMs: MINUTE };

    it(
      'warns once, and ends the session however active it is',
      marbles((m) => {
        const input = m.hot('8m a 8m b 8m c 309997ms d -');
        const expected = '   8m a 8m b 8m c 299997ms l 9999ms d';
        const input$ = clocks(m, input, { ...IDLE, ...LIMIT });
        m.expect(input$, '^ 29m 30s !').toBeObservable(expected, TOLD);
        m.expect(input$.pipe(filter(() => false))).toBeObservable('30m #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'warns a minute before, also without an idle timeout',
      marbles((m) => {
        m.expect(clocks(m, NEVER, LIMIT)).toBeObservable('29m l 59999ms #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'counts from the opening of the session',
      marbles((m) => {
        const call = { ...aCall(), openedAt: 10 * MINUTE };
        const limit$ = clocks(m, NEVER, LIMIT, call);
        m.expect(limit$, '10m ^').toBeObservable('39m l 59999ms #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'warns once, even with a tick just before the end',
      marbles((m) => {
        const call = { ...aCall(), openedAt: 1 };
        const expected = '1741s l 59999ms #';
        m.expect(clocks(m, NEVER, LIMIT, call)).toBeObservable(
          expected,
          { l: 'time-limit 59001' },
          ended('time-limit'),
        );
      }),
    );

    it(
      'omits a warning that would come before its own start',
      marbles((m) => {
        const short = { ...LIMIT, sessionLimitMs: MINUTE };
        m.expect(clocks(m, NEVER, short)).toBeObservable('1m #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'ends without a warning if warnings are off',
      marbles((m) => {
        const limits = { ...LIMIT, idleWarningMs: null };
        m.expect(clocks(m, NEVER, limits)).toBeObservable('30m #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'continues while the caller is held',
      marbles((m) => {
        const call = { ...aCall(), held: true };
        takes(m, call, 15_000, 20_000, 30 * MINUTE);
        const limit$ = clocks(m, NEVER, { ...IDLE, ...LIMIT }, call);
        m.expect(limit$).toBeObservable('29m l 59999ms #', TOLD, ended('time-limit'));
      }),
    );

    it(
      'takes precedence over the idle timeout at the same tick',
      marbles((m) => {
        const limits = { ...IDLE, sessionLimitMs: 10 * MINUTE };
        const expected = '9m (lw) 59996ms #';
        m.expect(clocks(m, NEVER, limits)).toBeObservable(expected, TOLD, ended('time-limit'));
      }),
    );
  });

  describe('lost', () => {
    for (const heldAt of [1, 10_000, STALL_MS - 1, STALL_MS + 1, 45_000, 80_500]) {
      it(
        `ends a session that stalls for 30 to 60 seconds while held, from ${heldAt} ms on`,
        marbles((m) => {
          const call = { ...aCall(), taken: 5 };
          let endedAt = 0;
          clocks(m, m.hot(`${heldAt}ms a`), {}, call).subscribe({
            next() {
              call.held = true;
            },
            error(ending) {
              expect(ending).toEqual(ended('lost'));
              endedAt = m.scheduler.now();
            },
          });
          m.flush();
          expect(endedAt - heldAt).toBeGreaterThanOrEqual(STALL_MS);
          expect(endedAt - heldAt).toBeLessThanOrEqual(2 * STALL_MS);
        }),
      );
    }

    it(
      'gives the app its time, whatever other deadline is due',
      marbles((m) => {
        const call = { ...aCall(), held: true };
        const limits = { sessionLimitMs: 105_000, idleWarningMs: MINUTE };
        m.expect(clocks(m, NEVER, limits, call)).toBeObservable('45s l 14999ms #', TOLD, ended('lost'));
      }),
    );

    it(
      'spares a session whose app takes lines, however slowly',
      marbles((m) => {
        const call = { ...aCall(), held: true };
        takes(m, call, 29_000, 29_000, 10 * MINUTE);
        m.expect(clocks(m, NEVER, {}, call), '^ 10m !').toBeObservable('-');
      }),
    );

    it(
      'ends the session when the app takes no more lines',
      marbles((m) => {
        const call = { ...aCall(), held: true };
        takes(m, call, 59_500);
        m.expect(clocks(m, NEVER, {}, call)).toBeObservable('90s #', TOLD, ended('lost'));
      }),
    );

    it(
      "doesn't add up separate holds",
      marbles((m) => {
        const call = aCall();
        for (let second = 45; second < 600; second += 60) {
          at(m, second * 1000, () => {
            call.held = false;
          });
        }
        const input = m.hot('20s a 59999ms b 59999ms c 59999ms d');
        const held = tap(() => {
          call.held = true;
        });
        m.expect(clocks(m, input, {}, call).pipe(held), '^ 10m !').toBeObservable(
          '20s a 59999ms b 59999ms c 59999ms d',
        );
      }),
    );

    it(
      "spares a session that isn't held",
      marbles((m) => {
        m.expect(clocks(m, NEVER, {}), '^ 10m !').toBeObservable('-');
      }),
    );
  });

  it(
    'never ends a session without limits',
    marbles((m) => {
      const input = m.hot('-');
      m.expect(clocks(m, input, {}), '^ 30m !').toBeObservable('-');
      m.expect(clocks(m, input, { idleWarningMs: MINUTE }), '^ 30m !').toBeObservable('-');
      m.expect(input).toHaveSubscriptions(['^ 30m !', '^ 30m !']);
    }),
  );

  it(
    'wakes only when a deadline may be due',
    marbles((m) => {
      let deadline: Deadline | undefined;
      const asked: (number | undefined)[] = [];
      const watch: TimerWheel = {
        watch(watched, dueAt) {
          deadline = watched;
          asked.push(dueAt);
        },
        leave() {},
      };
      const limits = { ...IDLE, idleTimeoutMs: 45_000, idleWarningMs: 10_000 };
      NEVER.pipe(sessionTimeouts(aCall(), limits, watch, m.scheduler, { warn() {} })).subscribe();
      asked.push(deadline?.due(35_000));
      expect(asked).toEqual([35_000, 45_000]);
    }),
  );

  it(
    'does nothing more when a warning ended the session',
    marbles((m) => {
      const warnings: string[] = [];
      const warn: Warner['warn'] = (reason) => {
        warnings.push(reason);
        subscription.unsubscribe();
      };
      m.scheduler.maxFrames = HOUR;
      const limits = { ...IDLE, sessionLimitMs: 10 * MINUTE };
      const subscription = NEVER.pipe(
        sessionTimeouts(aCall(), limits, timerWheel(1000, m.scheduler), m.scheduler, { warn }),
      ).subscribe();
      m.flush();
      expect(warnings).toEqual(['time-limit']);
    }),
  );

  /** The same in stock operators, with a timer for each deadline. */
  const stock =
    (limits: TimeoutLimits, scheduler: SchedulerLike, warner: Warner): MonoTypeOperatorFunction<string> =>
    (input$) => {
      const deadline$ = (reason: 'idle' | 'time-limit', limitMs: number | null): Observable<never> => {
        const { idleWarningMs: warningMs } = limits;
        if (limitMs === null) return NEVER;
        const end$ = throwError(() => ended(reason));
        if (warningMs === null || warningMs >= limitMs)
          return concat(timer(limitMs, scheduler).pipe(ignoreElements()), end$);
        return concat(
          timer(limitMs - warningMs, scheduler).pipe(
            tap(() => warner.warn(reason, warningMs)),
            ignoreElements(),
          ),
          timer(warningMs, scheduler).pipe(ignoreElements()),
          end$,
        );
      };
      return defer(() => {
        const typed$ = new Subject<void>();
        const idle$ = typed$.pipe(
          startWith(undefined),
          switchMap(() => deadline$('idle', limits.idleTimeoutMs)),
        );
        return input$.pipe(
          tap(() => typed$.next()),
          alsoSubscribe(idle$),
          alsoSubscribe(deadline$('time-limit', limits.sessionLimitMs)),
        );
      });
    };

  it('does what timers for each session do', () => {
    // Input comes at whole milliseconds. Deadlines are due between them, and never two at once.
    const duration = (fraction: number) => fc.option(fc.nat(8).map((ms) => ms + fraction));
    const warningMs = fc.option(fc.integer({ min: 1, max: 8 }));
    holds(
      fc.property(
        someMarbles(),
        duration(0.5),
        warningMs,
        duration(0.25),
        fc.nat(20),
        (input, idle, warning, limit, leavesAt) => {
          const limits = { idleTimeoutMs: idle, idleWarningMs: warning, sessionLimitMs: limit };
          const outcome = (
            operator: (scheduler: SchedulerLike, warner: Warner) => MonoTypeOperatorFunction<string>,
          ) =>
            outcomeOf({ input }, leavesAt, ({ input }, scheduler, diary) => {
              const warn: Warner['warn'] = (reason, inMs) =>
                diary.push(`${scheduler.now()} warned of ${reason} in ${inMs}`);
              return input.pipe(operator(scheduler, { warn }));
            });
          throwUnlessSame(
            outcome((scheduler, warner) =>
              sessionTimeouts(aCall(), limits, timerWheel(0.25, scheduler), scheduler, warner),
            ),
            outcome((scheduler, warner) => stock(limits, scheduler, warner)),
          );
        },
      ),
    );
  });
});
