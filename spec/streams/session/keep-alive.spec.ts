import fc from 'fast-check';
import {
  defer,
  EMPTY,
  interval,
  type MonoTypeOperatorFunction,
  map,
  NEVER,
  type Observable,
  of,
  pairwise,
  type SchedulerLike,
  Subject,
  scan,
  startWith,
  VirtualTimeScheduler,
} from 'rxjs';
import type { Context } from 'rxjs-marbles/context.js';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';
import { type Deadline, type TimerWheel, timerWheel } from '../../../streams/rx/timer-wheel.js';
import { type KeepAlive, type KeepAliveTarget, keepAlive } from '../../../streams/session/keep-alive.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const LOST = new SessionEnd('lost');

/** A connection whose figures the spec changes. */
function line({ answers = true }: { answers?: boolean } = {}) {
  const asked: number[] = [];
  const connection = {
    bytesIn: 0,
    bytesOut: 0,
    backlog: 0,
    now: () => 0,
    answers,
    probe: () => void asked.push(connection.now()),
  };
  return { connection, paused: false, asked, keepAlive: undefined as KeepAlive | undefined };
}

describe('keepAlive', () => {
  /** Runs a session for 40 frames of 1 ms, with a timeout of 8 and a tick of 1. */
  const scene = (
    play: (run: {
      typed(marble: string): Observable<string>;
      call: ReturnType<typeof line>;
      at(frame: number, act: () => void): void;
      expect(source: Observable<string>, marble: string, error?: unknown, unsubscription?: string): void;
    }) => void,
    options: { answers?: boolean; timeoutMs?: number | null } = {},
  ) =>
    marbles((m) => {
      const call = line(options);
      call.connection.now = () => m.scheduler.now();
      const timeoutMs = options.timeoutMs === undefined ? 8 : options.timeoutMs;
      const rule = keepAlive<string>(call, timeoutMs, timerWheel(1, m.scheduler), m.scheduler);
      play({
        call,
        typed: (marble) => m.hot(marble),
        at: (frame, act) => void m.scheduler.schedule(act, frame),
        expect: (source, marble, error, unsubscription) =>
          m.expect(source.pipe(rule), unsubscription).toBeObservable(marble, undefined, error),
      });
      m.flush();
    });

  it(
    'passes everything on, and completes with its source',
    marbles((m) => {
      const source = m.cold('-a-b-|');
      m.expect(source.pipe(keepAlive(line(), 8, timerWheel(1, m.scheduler), m.scheduler))).toBeObservable(
        '-a-b-|',
      );
      m.expect(source).toHaveSubscriptions('^----!');
    }),
  );

  it(
    'passes on an error, and an empty source',
    marbles((m) => {
      const rule = keepAlive<string>(line(), 8, timerWheel(1, m.scheduler), m.scheduler);
      m.expect(m.cold('-a-#').pipe(rule)).toBeObservable('-a-#');
      m.expect(EMPTY.pipe(rule)).toBeObservable('|');
      m.expect(of('a').pipe(rule)).toBeObservable('(a|)');
    }),
  );

  it(
    'unsubscribes its source and leaves the timer wheel when unsubscribed',
    marbles((m) => {
      const source = m.cold('-a-b-----');
      m.expect(
        source.pipe(keepAlive(line(), 8, timerWheel(1, m.scheduler), m.scheduler)),
        '^---!',
      ).toBeObservable('-a-b-');
      m.expect(source).toHaveSubscriptions('^---!');
    }),
  );

  it(
    'probes after half of the timeout, and gives up after all of it',
    scene(({ call, expect: expectation, at }) => {
      expectation(NEVER, '--------#', LOST);
      at(9, () => expect(call.asked).toEqual([4]));
    }),
  );

  it(
    'keeps a client that answers, and probes it each time',
    scene(({ call, expect: expectation, at }) => {
      for (const frame of [5, 9, 13, 17]) {
        at(frame - 0.5, () => {
          call.connection.bytesIn += 3;
        });
      }
      expectation(NEVER, '---------------------', undefined, '^-------------------!');
      at(20, () => expect(call.asked).toEqual([4, 8, 12, 16]));
    }),
  );

  it(
    'never probes while there is input, including telnet commands',
    scene(({ call, expect: expectation, at }) => {
      for (let frame = 1; frame < 20; frame += 2) {
        at(frame, () => {
          call.connection.bytesIn += 1;
        });
      }
      expectation(NEVER, '---------------------', undefined, '^-------------------!');
      at(20, () => expect(call.asked).toEqual([]));
    }),
  );

  it(
    "doesn't count our own output, which the kernel accepts for a dead peer too",
    scene(({ call, expect: expectation, at }) => {
      for (let frame = 1; frame < 20; frame += 1) {
        at(frame, () => {
          call.connection.bytesOut += 100;
        });
      }
      expectation(NEVER, '--------#', LOST);
    }),
  );

  it(
    "keeps a client that doesn't answer probes, and leaves it to the transport",
    scene(
      ({ call, expect: expectation, at }) => {
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
        at(20, () => expect(call.asked).toEqual([]));
      },
      {
        answers: false,
      },
    ),
  );

  it(
    'gives up a client that leaves a backlog untouched, whether probed or not',
    scene(
      ({ call, expect: expectation }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        expectation(NEVER, '--------#', LOST);
      },
      { answers: false },
    ),
  );

  it(
    'gives a new backlog the whole timeout, however long the silence before',
    scene(
      ({ call, expect: expectation, at }) => {
        at(11, () => {
          call.connection.bytesOut = call.connection.backlog = 1000;
          call.keepAlive?.wake();
        });
        expectation(NEVER, '-------------------#', LOST);
      },
      { answers: false },
    ),
  );

  it(
    'gives a client that owes an answer no more time because of a new backlog',
    scene(({ call, expect: expectation, at }) => {
      at(5, () => {
        call.connection.bytesOut = call.connection.backlog = 1000;
      });
      expectation(NEVER, '--------#', LOST);
    }),
  );

  it(
    'gives up a client that leaves a single byte unread',
    scene(
      ({ call, expect: expectation }) => {
        call.connection.bytesOut = call.connection.backlog = 1;
        expectation(NEVER, '--------#', LOST);
      },
      { answers: false },
    ),
  );

  /** A session, and the times at which its connection was checked. */
  function lookedAt(m: Context, options: { answers?: boolean } = {}) {
    const looks: number[] = [];
    const call = line(options);
    let backlog = 0;
    Object.defineProperty(call.connection, 'backlog', {
      get() {
        looks.push(m.scheduler.now());
        return backlog;
      },
      set(bytes: number) {
        backlog = bytes;
      },
    });
    return { call, looks };
  }

  it(
    'checks four times per timeout',
    marbles((m) => {
      const { call, looks } = lookedAt(m);
      const input$ = NEVER.pipe(keepAlive(call, 80, timerWheel(1, m.scheduler), m.scheduler));
      m.expect(input$, '^ 78ms !').toBeObservable('-');
      m.flush();
      // The first is the start.
      expect(looks).toEqual([0, 20, 40, 60]);
    }),
  );

  it(
    "checks a client that doesn't answer probes once, until there is input or a backlog",
    marbles((m) => {
      const { call, looks } = lookedAt(m, { answers: false });
      const input = m.hot('50ms a 49ms bb -');
      const input$ = input.pipe(keepAlive(call, 80, timerWheel(1, m.scheduler), m.scheduler));
      m.expect(input$, '^ 398ms !').toBeObservable('50ms a 49ms bb -');
      m.scheduler.schedule(() => {
        call.connection.bytesOut = call.connection.backlog = 10;
        call.keepAlive?.wake();
        call.keepAlive?.wake();
      }, 200);
      m.scheduler.schedule(() => {
        call.connection.backlog = 0;
      }, 230);
      m.flush();
      expect(looks).toEqual([0, 20, 50, 70, 100, 120, 200, 220, 240]);
    }),
  );

  it(
    'probes a client from the first input after it has answered',
    scene(
      ({ call, typed, expect: expectation, at }) => {
        at(5, () => {
          call.connection.answers = true;
        });
        expectation(typed('----------a-'), '----------a-------#', LOST);
        at(19, () => expect(call.asked).toEqual([14]));
      },
      { answers: false },
    ),
  );

  it(
    "can't be woken once it is over",
    marbles((m) => {
      const { call, looks } = lookedAt(m, { answers: false });
      NEVER.pipe(keepAlive(call, 80, timerWheel(1, m.scheduler), m.scheduler))
        .subscribe()
        .unsubscribe();
      call.keepAlive?.wake();
      m.flush();
      expect(looks).toEqual([0]);
      expect(m.scheduler.actions.length).toBe(0);
    }),
  );

  it(
    'keeps a client that reads, however slowly',
    scene(
      ({ call, expect: expectation, at }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        for (const frame of [5, 9, 13, 17]) {
          at(frame, () => {
            call.connection.backlog -= 10;
          });
        }
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
      },
      { answers: false },
    ),
  );

  it(
    'waits while the connection is paused, and counts from then',
    scene(({ call, expect: expectation, at }) => {
      call.paused = true;
      at(10, () => {
        call.paused = false;
      });
      expectation(NEVER, '----------------#', LOST);
    }),
  );

  it(
    "doesn't probe behind a backlog, where it wouldn't be read",
    scene(({ call, expect: expectation, at }) => {
      call.connection.bytesOut = call.connection.backlog = 1000;
      for (const frame of [3, 9, 15]) {
        at(frame - 0.5, () => {
          call.connection.backlog -= 10;
        });
      }
      expectation(NEVER, '---------------------', undefined, '^-------------------!');
      at(20, () => expect(call.asked).toEqual([]));
    }),
  );

  it(
    'counts a partly read backlog as a sign of life, even if more was written',
    scene(
      ({ call, expect: expectation, at }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        for (const frame of [5, 9, 13, 17]) {
          at(frame, () => {
            call.connection.bytesOut += 500;
            call.connection.backlog += 490;
          });
        }
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
      },
      { answers: false },
    ),
  );

  it(
    "doesn't count output added to an untouched backlog",
    scene(
      ({ call, expect: expectation, at }) => {
        call.connection.bytesOut = call.connection.backlog = 1000;
        for (const frame of [3, 5, 7]) {
          at(frame - 0.5, () => {
            call.connection.bytesOut += 500;
            call.connection.backlog += 500;
          });
        }
        expectation(NEVER, '--------#', LOST);
      },
      { answers: false },
    ),
  );

  it(
    'counts from the last sign of life, at any time',
    scene(({ call, expect: expectation, at }) => {
      at(6.5, () => {
        call.connection.bytesIn += 1;
      });
      expectation(NEVER, '----------------#', LOST);
      at(17, () => expect(call.asked).toEqual([4, 10]));
    }),
  );

  for (const timeoutMs of [8, 120]) {
    it(`probes before ${timeoutMs / 2} and not before ${timeoutMs / 4} of silence, whenever the last sign came`, () => {
      for (let heardAt = 0.5; heardAt < timeoutMs; heardAt += 0.5) {
        const scheduler = new VirtualTimeScheduler();
        const call = line();
        call.connection.now = () => scheduler.now();
        scheduler.schedule(() => {
          call.connection.bytesIn += 1;
          call.asked.length = 0;
        }, heardAt);
        const running = NEVER.pipe(keepAlive(call, timeoutMs, timerWheel(1, scheduler), scheduler)).subscribe(
          {
            error: () => {},
          },
        );
        scheduler.flush();
        running.unsubscribe();
        const silentMs = (call.asked[0] ?? Number.NaN) - heardAt;
        expect(silentMs)
          .withContext(`heard at ${heardAt}`)
          .toBeGreaterThanOrEqual(timeoutMs / 4);
        expect(silentMs)
          .withContext(`heard at ${heardAt}`)
          .toBeLessThanOrEqual(timeoutMs / 2);
      }
    });

    it(`is never early, and late by at most a quarter of ${timeoutMs} and two ticks`, () => {
      for (let heardAt = 0; heardAt < timeoutMs / 4; heardAt += 0.5) {
        const scheduler = new VirtualTimeScheduler();
        const call = line();
        scheduler.schedule(() => {
          call.connection.bytesIn += 1;
        }, heardAt);
        let lostAt = 0;
        const running = NEVER.pipe(keepAlive(call, timeoutMs, timerWheel(1, scheduler), scheduler)).subscribe(
          {
            error: () => {
              lostAt = scheduler.now();
            },
          },
        );
        scheduler.schedule(() => running.unsubscribe(), 3 * timeoutMs);
        scheduler.flush();
        expect(lostAt)
          .withContext(`heard at ${heardAt}`)
          .toBeGreaterThanOrEqual(heardAt + timeoutMs);
        expect(lostAt)
          .withContext(`heard at ${heardAt}`)
          .toBeLessThanOrEqual(heardAt + timeoutMs * (1 + 1 / 4) + 2);
      }
    });
  }

  it('removes its deadline, however it ends', () => {
    for (const end of ['complete', 'error', 'unsubscribe'] as const) {
      const watched = new Set<Deadline>();
      const counting: TimerWheel = {
        watch: (deadline) => watched.add(deadline),
        leave: (deadline) => watched.delete(deadline),
      };
      const source = new Subject<string>();
      const rule = keepAlive<string>(line(), 8, counting, new VirtualTimeScheduler());
      const running = source.pipe(rule).subscribe({ error: () => {} });
      expect(watched.size).toBe(1);
      if (end === 'complete') source.complete();
      else if (end === 'error') source.error(new Error('input'));
      else running.unsubscribe();
      expect(watched.size).withContext(end).toBe(0);
      expect(source.observed).withContext(end).toBe(false);
    }
  });

  it(
    'unsubscribes its source when it gives up, and leaves no timer',
    marbles((m) => {
      const sources = ['------------', '---|', '---#'];
      const subscribed = ['^-------!', '^--!', '^--!'];
      sources.forEach((marble, index) => {
        const source = m.cold(marble);
        const given = source.pipe(keepAlive(line(), 8, timerWheel(1, m.scheduler), m.scheduler));
        given.subscribe({ error: () => {} });
        m.expect(source).toHaveSubscriptions(subscribed[index] as string);
      });
      m.scheduler.schedule(() => expect(m.scheduler.actions.length).toBe(0), 20);
      m.flush();
    }),
  );

  it(
    'never gives up without a timeout',
    scene(
      ({ call, expect: expectation, at }) => {
        expectation(NEVER, '---------------------', undefined, '^-------------------!');
        at(20, () => expect(call.asked).toEqual([]));
      },
      { timeoutMs: null },
    ),
  );

  /** The same in stock operators, for a client that answers: a look each quarter of the timeout. */
  const stock =
    (call: KeepAliveTarget, timeoutMs: number, scheduler: SchedulerLike): MonoTypeOperatorFunction<string> =>
    (input$) =>
      defer(() => {
        const { connection } = call;
        const look$ = interval(timeoutMs / 4, scheduler).pipe(
          map(() => connection.bytesIn),
          startWith(connection.bytesIn),
          pairwise(),
          // The quarters of silence, whether the last sign may have come a quarter earlier, and what was asked.
          scan(
            ({ silent, isLate, hasAsked }, [before, now]) => {
              if (now !== before) return { silent: 0, isLate: true, hasAsked: false };
              const quarters = silent + 1;
              if (quarters >= 4 && hasAsked) throw LOST;
              if (quarters + (isLate ? 1 : 0) < 2 || hasAsked) return { silent: quarters, isLate, hasAsked };
              connection.probe();
              return { silent: quarters, isLate, hasAsked: true };
            },
            { silent: 0, isLate: false, hasAsked: false },
          ),
        );
        return input$.pipe(alsoSubscribe(look$));
      });

  it('does what interval and scan do, for a client that answers', () => {
    holds(
      fc.property(
        someMarbles(),
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.nat(60),
        (input, signs, leavesAt) => {
          const outcome = (
            operator: (call: KeepAliveTarget, scheduler: SchedulerLike) => MonoTypeOperatorFunction<string>,
          ) =>
            outcomeOf({ input }, leavesAt, ({ input }, scheduler, diary) => {
              const connection = { bytesIn: 0, bytesOut: 0, backlog: 0, answers: true, probe() {} };
              connection.probe = () => diary.push(`${scheduler.now()} probed`);
              const sign = () => {
                connection.bytesIn += 1;
              };
              // Between the frames, so that no sign comes at the time of a look.
              for (const at of signs) scheduler.schedule(sign, at + 0.5);
              return input.pipe(operator({ connection, paused: false, keepAlive: undefined }, scheduler));
            });
          throwUnlessSame(
            outcome((call, scheduler) => keepAlive(call, 16, timerWheel(1, scheduler), scheduler)),
            outcome((call, scheduler) => stock(call, 16, scheduler)),
          );
        },
      ),
    );
  });
});
