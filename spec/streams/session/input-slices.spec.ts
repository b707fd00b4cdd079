import fc from 'fast-check';
import {
  concatMap,
  defer,
  exhaustMap,
  finalize,
  type MonoTypeOperatorFunction,
  map,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  Subject,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type TimeSlices, timeSlices, type Work } from '../../../streams/rx/time-slices.js';
import {
  inputSlices,
  PIECE_BYTES,
  SHORT_BYTES,
  type SlicedCaller,
} from '../../../streams/session/input-slices.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { Failing } from '../../support/failing.js';
import { holds } from '../../support/holds.js';

const bytes = (length: number, from = 0) =>
  Uint8Array.from({ length }, (_, index) => 32 + ((from + index) % 90));

/** A caller whose input takes `eachMs` per piece. */
function caller(eachMs = 0) {
  const scheduler = new VirtualTimeScheduler();
  const told: string[] = [];
  const pieces: Uint8Array[] = [];
  let packets = 0;
  let isOnePacket = false;
  const line: SlicedCaller & { held: boolean; wantsBytes: boolean; paused: number } = {
    get bytesIn() {
      if (!isOnePacket) packets += 1;
      return packets;
    },
    held: false,
    wantsBytes: false,
    outputLimitBytes: 64 * 1024,
    paused: 0,
    slices: undefined,
    pause() {
      line.paused += 1;
    },
    resume() {
      line.paused -= 1;
    },
    batch(act) {
      told.push('(');
      act();
      told.push(')');
    },
  };
  const input = new Subject<Uint8Array>();
  const running = input.pipe(inputSlices(line, timeSlices(scheduler))).subscribe({
    next(piece) {
      scheduler.frame += eachMs;
      // The memory is reused for the next chunk.
      pieces.push(piece.slice());
      told.push(`${piece.length}`);
    },
    error: (error) => told.push(`#${error}`),
    complete: () => told.push('|'),
  });
  const turn = () => void scheduler.actions.shift()?.execute(undefined as never, 0);
  const allTurns = () => {
    while (scheduler.actions.length > 0) turn();
  };
  const onePacket = () => {
    isOnePacket = true;
  };
  const lengths = () => pieces.map(({ length }) => length);
  return { line, input, running, told, turn, allTurns, onePacket, lengths, all: () => Buffer.concat(pieces) };
}

describe('inputSlices', () => {
  it(
    'passes short chunks on at once, and completes with its source',
    marbles((m) => {
      const passed = (diagram: string, unsubscribed?: string) => {
        const input$ = m.cold<Uint8Array>(diagram, { a: bytes(1), b: bytes(SHORT_BYTES) });
        const out$ = input$.pipe(inputSlices(caller().line, timeSlices(m.scheduler)));
        return { input$, out: m.expect(out$, unsubscribed) };
      };
      const values = { a: bytes(1), b: bytes(SHORT_BYTES) };
      passed('---').out.toBeObservable('---');
      passed('--|').out.toBeObservable('--|');
      passed('--#').out.toBeObservable('--#');
      passed('a-|').out.toBeObservable('a-|', values);
      const many = passed('a-b-|');
      many.out.toBeObservable('a-b-|', values);
      m.expect(many.input$).toHaveSubscriptions('^---!');
      const left = passed('a-b-|', '--!');
      left.out.toBeObservable('a--', values);
      m.expect(left.input$).toHaveSubscriptions('^-!');
    }),
  );

  it('divides short chunks too, if telnet cut one packet into many', () => {
    const { input, line, lengths, onePacket, turn } = caller(1);
    onePacket();
    for (let count = 0; count < 30; count += 1) input.next(bytes(1, count));
    // The first passes without being timed, and a slice must still fit into the turn.
    expect(lengths().length).toBe(9);
    expect(line.paused).toBe(1);
    turn();
    expect(lengths().length).toBe(9);
    turn();
    expect(lengths().length).toBe(10);
    expect(lengths()[9]).toBe(21);
    expect(line.paused).toBe(0);
  });

  it('passes a long chunk on in batched pieces, within one turn if there is time', () => {
    const { input, told, line } = caller();
    input.next(bytes(2 * PIECE_BYTES + 5));
    expect(told).toEqual(['(', `${PIECE_BYTES}`, ')', '(', `${PIECE_BYTES}`, ')', '(', '5', ')']);
    expect(line.paused).toBe(0);
  });

  it('leaves the rest to later turns if it takes long, and pauses the connection meanwhile', () => {
    const { input, lengths, line, turn, allTurns, all } = caller(2);
    const chunk = bytes(5 * PIECE_BYTES);
    input.next(chunk);
    expect(lengths().length).toBe(2);
    expect(line.paused).toBe(1);
    // The transport reads the next chunk into the same memory.
    const expected = Buffer.from(chunk);
    chunk.fill(0);
    turn();
    expect(lengths().length).toBe(4);
    expect(line.paused).toBe(1);
    allTurns();
    expect(line.paused).toBe(0);
    expect(all().equals(expected)).toBe(true);
  });

  it('keeps the order when more comes before the rest was passed on', () => {
    const { input, all, allTurns } = caller(5);
    input.next(bytes(2 * PIECE_BYTES));
    input.next(bytes(3, 7));
    input.next(bytes(SHORT_BYTES + 1, 11));
    allTurns();
    const expected = Buffer.concat([bytes(2 * PIECE_BYTES), bytes(3, 7), bytes(SHORT_BYTES + 1, 11)]);
    expect(all().equals(expected)).toBe(true);
  });

  it('passes the rest on before it completes', () => {
    const { input, told, lengths, allTurns } = caller(5);
    input.next(bytes(2 * PIECE_BYTES));
    input.complete();
    expect(told).not.toContain('|');
    allTurns();
    expect(lengths()).toEqual([PIECE_BYTES, PIECE_BYTES]);
    expect(told.at(-1)).toBe('|');
  });

  it('drops the rest at an error or when unsubscribed, and resumes the connection', () => {
    const failing = caller(5);
    failing.input.next(bytes(3 * PIECE_BYTES));
    failing.input.error('x');
    failing.allTurns();
    expect(failing.lengths()).toEqual([PIECE_BYTES]);
    expect(failing.told.at(-1)).toBe('#x');
    expect(failing.line.paused).toBe(0);

    const leaving = caller(5);
    leaving.input.next(bytes(3 * PIECE_BYTES));
    leaving.running.unsubscribe();
    leaving.allTurns();
    expect(leaving.lengths()).toEqual([PIECE_BYTES]);
    expect(leaving.line.paused).toBe(0);
    expect(leaving.input.observed).toBe(false);
  });

  it('waits with the rest while the app is behind, and continues in a turn of its own', () => {
    const { input, line, lengths, allTurns } = caller(5);
    input.next(bytes(3 * PIECE_BYTES));
    line.held = true;
    allTurns();
    expect(lengths()).toEqual([PIECE_BYTES]);
    line.held = false;
    line.slices?.goOn();
    expect(lengths()).toEqual([PIECE_BYTES]);
    allTurns();
    expect(lengths()).toEqual([PIECE_BYTES, PIECE_BYTES, PIECE_BYTES]);
  });

  it('stops within a chunk when the app falls behind', () => {
    const { input, line, told } = caller();
    const wasNext = line.batch;
    line.batch = (act) => {
      wasNext(act);
      line.held = true;
    };
    input.next(bytes(3 * PIECE_BYTES));
    expect(told).toEqual(['(', `${PIECE_BYTES}`, ')']);
    expect(line.paused).toBe(1);
  });

  it('drops the rest when the source completes while the app is behind', () => {
    const { input, line, told, lengths, allTurns } = caller(5);
    input.next(bytes(2 * PIECE_BYTES));
    line.held = true;
    input.complete();
    expect(told.at(-1)).toBe('|');
    allTurns();
    expect(lengths()).toEqual([PIECE_BYTES]);
    expect(line.paused).toBe(0);
  });

  it('drops the rest when the app falls behind after the source completed', () => {
    const { input, line, told, lengths, allTurns } = caller(5);
    input.next(bytes(2 * PIECE_BYTES));
    input.complete();
    line.held = true;
    allTurns();
    expect(lengths()).toEqual([PIECE_BYTES]);
    expect(told.at(-1)).toBe('|');
  });

  it('cuts no UTF-8 sequence in two, nor an ESC from what follows', () => {
    for (const [letter, at] of [
      ['é', 1],
      ['€', 2],
      ['🙂', 3],
      ['\x1b[A', 1],
    ] as const) {
      const { input, lengths } = caller();
      const before = bytes(PIECE_BYTES - at);
      input.next(Buffer.concat([before, Buffer.from(letter), bytes(300)]));
      expect(lengths()[0])
        .withContext(JSON.stringify(letter))
        .toBe(PIECE_BYTES - at);
    }
  });

  it('passes everything on, for any sizes and durations', () => {
    holds(
      fc.property(
        fc.array(fc.nat(3 * PIECE_BYTES), { maxLength: 5 }),
        fc.array(fc.nat(255), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(0, 1, 5),
        (sizes, pattern, eachMs) => {
          const { input, all, turn, allTurns, line } = caller(eachMs);
          const chunks = sizes.map((size) => Buffer.alloc(size, Uint8Array.from(pattern)));
          for (const chunk of chunks) {
            input.next(chunk);
            turn();
          }
          allTurns();
          return all().equals(Buffer.concat(chunks)) && line.paused === 0;
        },
      ),
    );
  });

  it('errors if a piece of a long chunk fails later', () => {
    const scheduler = new VirtualTimeScheduler();
    const input = new Subject<Uint8Array>();
    const subscriber = new Failing();
    const line: SlicedCaller = {
      bytesIn: 0,
      held: false,
      wantsBytes: false,
      outputLimitBytes: 0,
      slices: undefined,
      pause() {},
      resume() {},
      batch: (act) => act(),
    };
    input.pipe(inputSlices(line, timeSlices(scheduler))).subscribe(subscriber);
    expect(() => input.next(bytes(3 * PIECE_BYTES))).not.toThrow();
    expect(subscriber.heard).toEqual(['# in a subscriber']);
    expect(input.observed).toBeFalse();
  });

  it('passes long chunks on whole to an app that reads bytes, up to a share of its output limit', () => {
    const { line, input, lengths } = caller();
    line.wantsBytes = true;
    input.next(bytes(16 * 1024));
    expect(lengths()).toEqual([16 * 1024]);
    input.next(bytes(40 * 1024));
    expect(lengths().slice(1)).toEqual([16 * 1024, 16 * 1024, 8 * 1024]);
    expect(line.paused).toBe(0);
  });

  it('divides for lines again, when the app has read its bytes', () => {
    const { line, input, lengths } = caller();
    line.wantsBytes = true;
    input.subscribe(() => {
      line.wantsBytes = false;
    });
    input.next(bytes(10 * PIECE_BYTES));
    input.next(bytes(2 * PIECE_BYTES));
    expect(lengths()).toEqual([10 * PIECE_BYTES, PIECE_BYTES, PIECE_BYTES]);
  });

  describe('given back what had no use', () => {
    it('passes it on in a later turn, before what came since, and pauses until then', () => {
      const { line, input, allTurns, lengths, all } = caller();
      line.slices?.putBack([bytes(3), bytes(2000, 3)]);
      expect(line.paused).toBe(1);
      input.next(bytes(7, 2003));
      expect(lengths()).toEqual([]);
      allTurns();
      expect(all()).toEqual(Buffer.from(bytes(2010)));
      expect(line.paused).toBe(0);
    });

    it('passes it on before the rest of the chunk', () => {
      const { line, input, allTurns, all, told } = caller();
      let isFirst = true;
      const back = () => {
        if (isFirst) line.slices?.putBack([Buffer.from('back')]);
        isFirst = false;
      };
      const { batch } = line;
      line.batch = (act) => batch(() => [act(), back()]);
      input.next(bytes(3 * PIECE_BYTES));
      allTurns();
      const at = all().indexOf('back');
      expect(at).toBe(PIECE_BYTES);
      expect(all().length).toBe(3 * PIECE_BYTES + 4);
      expect(line.paused).toBe(0);
      expect(told).not.toContain('|');
    });

    it('passes it on before the end, and keeps it while the app is behind', () => {
      const { line, input, told, allTurns } = caller();
      line.held = true;
      line.slices?.putBack([bytes(3)]);
      allTurns();
      line.slices?.putBack([bytes(4)]);
      allTurns();
      expect(told).toEqual([]);
      line.held = false;
      line.slices?.goOn();
      input.complete();
      allTurns();
      expect(told).toEqual(['(', '7', ')', '|']);
    });

    it('ignores nothing, and what comes when all is over', () => {
      const { line, running, told, allTurns } = caller();
      line.slices?.putBack([]);
      expect(line.paused).toBe(0);
      running.unsubscribe();
      line.slices?.putBack([bytes(3)]);
      allTurns();
      expect([told, line.paused]).toEqual([[], 0]);
    });
  });

  it('ignores that the app caught up when no input waits for it', () => {
    const { input, line, all } = caller();
    input.next(bytes(3));
    line.slices?.goOn();
    expect(all().length).toBe(3);
  });

  describe('compared with stock operators', () => {
    /** Milliseconds until the next turn, longer than a frame so that input comes meanwhile. */
    const TURN = 1.5;

    /** Time for one piece a turn. */
    function oneEachTurn(scheduler: SchedulerLike): TimeSlices {
      const step = (work: Work) => {
        if (work.step()) later(work);
      };
      const later = (work: Work) => void scheduler.schedule(() => step(work), TURN);
      return { isRunning: false, isOver: false, count() {}, begin: step, later };
    }

    /** An app that is behind now and then. */
    class SlowApp implements SlicedCaller {
      slices: SlicedCaller['slices'];
      held = false;
      readonly wantsBytes = false;
      readonly outputLimitBytes = 0;
      /** What the stock version hasn't passed on yet. Its input is to be paused while there is any. */
      rest = bytes(0);
      #pauses = 0;
      readonly caughtUp$ = new Subject<void>();
      #packets = 0;

      get bytesIn() {
        this.#packets += 1;
        return this.#packets;
      }
      get isPaused() {
        return this.#pauses > 0 || this.rest.length > 0;
      }
      pause() {
        this.#pauses += 1;
      }
      resume() {
        this.#pauses -= 1;
      }
      batch(act: () => void) {
        act();
      }
      toggle() {
        this.held = !this.held;
        if (this.held) return;
        this.slices?.goOn();
        this.caughtUp$.next();
      }
    }

    /** What came is one buffer, and each turn that the app isn't behind takes a piece of it. */
    const stock =
      (app: SlowApp, scheduler: SchedulerLike): MonoTypeOperatorFunction<Uint8Array> =>
      (input$) =>
        defer(() => {
          const piece$ = defer(() => {
            const piece = app.rest.subarray(0, PIECE_BYTES);
            app.rest = app.rest.subarray(PIECE_BYTES);
            return of(piece);
          });
          const turn$ = timer(TURN, scheduler);
          const givenUp$ = new Subject<void>();
          let hasCompleted = false;
          const giveUp = () => {
            if (hasCompleted && app.held) givenUp$.next();
          };
          const free$ = defer((): Observable<unknown> => {
            giveUp();
            const again$ = app.caughtUp$.pipe(
              take(1),
              concatMap(() => turn$),
              concatMap(() => free$),
            );
            return app.held ? again$ : of(null);
          });
          const pieces$ = free$.pipe(
            concatMap(() => piece$),
            repeat({ delay: () => turn$ }),
            takeWhile(() => app.rest.length > 0, true),
          );
          return input$.pipe(
            tap({
              complete() {
                hasCompleted = true;
                giveUp();
              },
            }),
            tap((chunk) => {
              app.rest = Buffer.concat([app.rest, chunk]);
            }),
            exhaustMap(({ length }) => (length <= SHORT_BYTES ? piece$ : pieces$)),
            takeUntil(givenUp$),
            finalize(() => {
              app.rest = bytes(0);
            }),
          );
        });

    it('does what exhaustMap and repeat do with a buffer', () => {
      const size = fc.oneof(fc.integer({ min: 1, max: SHORT_BYTES }), fc.integer({ min: 1, max: 8000 }));
      const toggles = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      holds(
        fc.property(
          someMarbles('abc'),
          fc.tuple(size, size, size),
          toggles,
          fc.nat(25),
          (input, [a, b, c], toggles, leavesAt) => {
            const chunks: Record<string, Uint8Array> = { a: bytes(a), b: bytes(b, 30), c: bytes(c, 60) };
            const outcome = (
              operator: (app: SlowApp, scheduler: SchedulerLike) => MonoTypeOperatorFunction<Uint8Array>,
            ) =>
              outcomeOf({ input }, leavesAt, ({ input }, scheduler, diary) => {
                const app = new SlowApp();
                for (const at of toggles) scheduler.schedule(() => app.toggle(), at + 0.1);
                const look = () => diary.push(`${scheduler.now()} ${app.isPaused ? 'paused' : 'reading'}`);
                for (let at = 0; at < 25; at += 1) scheduler.schedule(look, at + 0.3);
                return input.pipe(
                  map((letter) => chunks[letter] as Uint8Array),
                  operator(app, scheduler),
                  map((piece) => `${Buffer.from(piece)}`),
                );
              });
            throwUnlessSame(
              outcome((app, scheduler) => inputSlices(app, oneEachTurn(scheduler))),
              outcome(stock),
            );
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});
