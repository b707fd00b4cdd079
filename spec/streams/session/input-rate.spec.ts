import fc from 'fast-check';
import {
  defer,
  exhaustMap,
  filter,
  finalize,
  type MonoTypeOperatorFunction,
  map,
  type SchedulerLike,
  Subject,
  scan,
  tap,
  timer,
  VirtualTimeScheduler,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';
import { inputRate, type Pausable } from '../../../streams/session/input-rate.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const unpausable = { pause() {}, resume() {} };
const bytes = (count: number) => new Uint8Array(count);

describe('inputRate', () => {
  it(
    'passes everything on at once, and completes with its source',
    marbles((m) => {
      const input$ = m.cold('a-b-|', { a: bytes(10_000), b: bytes(1) });
      m.expect(input$.pipe(inputRate(10, unpausable, m.scheduler))).toBeObservable('a-b-|', {
        a: bytes(10_000),
        b: bytes(1),
      });
      m.expect(input$).toHaveSubscriptions('^---!');
      m.expect(m.cold<Uint8Array>('--#').pipe(inputRate(10, unpausable, m.scheduler))).toBeObservable('--#');
      m.expect(m.cold<Uint8Array>('--|').pipe(inputRate(10, unpausable, m.scheduler))).toBeObservable('--|');
      m.expect(m.cold<Uint8Array>('---').pipe(inputRate(10, unpausable, m.scheduler)), '-!').toBeObservable(
        '--',
      );
    }),
  );

  it('resumes reading and leaves no timer when unsubscribed', () => {
    const scheduler = new VirtualTimeScheduler();
    const input = new Subject<Uint8Array>();
    const seen: string[] = [];
    const running = input
      .pipe(
        inputRate(10, { pause: () => seen.push('paused'), resume: () => seen.push('read on') }, scheduler),
      )
      .subscribe();
    input.next(bytes(100));
    running.unsubscribe();
    scheduler.flush();
    expect(seen).toEqual(['paused', 'read on']);
    expect(scheduler.now()).toBe(0);
  });

  /** When the source was paused and resumed, while these bytes come at these times. */
  function pauses(rate: number | null, chunks: [atMs: number, count: number][]): string[] {
    const scheduler = new VirtualTimeScheduler();
    const input = new Subject<Uint8Array>();
    const seen: string[] = [];
    const tell = (what: string) => seen.push(`${scheduler.now()} ${what}`);
    const source = { pause: () => tell('paused'), resume: () => tell('read on') };
    input.pipe(inputRate(rate, source, scheduler)).subscribe();
    for (const [atMs, count] of chunks) scheduler.schedule(() => input.next(bytes(count)), atMs);
    scheduler.flush();
    return seen;
  }

  it("reads a second's worth at once", () => {
    expect(pauses(100, [[0, 100]])).toEqual([]);
    expect(pauses(100, [[5000, 100]])).toEqual([]);
  });

  it('pauses until the excess is paid off', () => {
    expect(pauses(100, [[0, 150]])).toEqual(['0 paused', '500 read on']);
    expect(
      pauses(100, [
        [0, 60],
        [100, 60],
        [5000, 400],
      ]),
    ).toEqual(['100 paused', '200 read on', '5000 paused', '8000 read on']);
  });

  it('never pauses without a rate', () => {
    expect(pauses(null, [[0, 1_000_000]])).toEqual([]);
  });

  it('resumes reading when unsubscribed while paused', () => {
    const scheduler = new VirtualTimeScheduler();
    const input = new Subject<Uint8Array>();
    const seen: string[] = [];
    const running = input
      .pipe(inputRate(1, { pause: () => seen.push('paused'), resume: () => seen.push('read on') }, scheduler))
      .subscribe();
    input.next(bytes(10));
    running.unsubscribe();
    scheduler.flush();
    expect(seen).toEqual(['paused', 'read on']);
  });

  it("lets a well-behaved sender send at the rate, plus one second's worth", () => {
    holds(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 5000 })),
        (rate, sizes) => {
          const scheduler = new VirtualTimeScheduler();
          const input = new Subject<Uint8Array>();
          let sent = 0;
          let last = 0;
          const left = [...sizes];
          const send = () => {
            const size = left.shift();
            if (size === undefined) return;
            if (sent > rate * (scheduler.now() / 1000 + 1) + 1e-6)
              throw new Error(`${sent} at ${scheduler.now()}`);
            sent += size;
            last = size;
            paused = false;
            input.next(bytes(size));
            if (!paused) send();
          };
          let paused = false;
          const source = {
            pause() {
              paused = true;
            },
            resume() {
              paused = false;
              scheduler.schedule(send);
            },
          };
          input.pipe(inputRate(rate, source, scheduler)).subscribe();
          scheduler.schedule(send);
          scheduler.flush();
          if (left.length > 0) throw new Error(`${left.length} were never read, after ${last}`);
        },
      ),
    );
  });

  /** The same in stock operators: the bytes add up to a debt, and a pause lasts until it is paid off. */
  const stock =
    (
      bytesPerSecond: number,
      connection: Pausable,
      scheduler: SchedulerLike,
    ): MonoTypeOperatorFunction<Uint8Array> =>
    (input$) =>
      defer(() => {
        const chunk$ = new Subject<Uint8Array>();
        const pause$ = chunk$.pipe(
          map(({ length }) => (length / bytesPerSecond) * 1000),
          scan(
            (paidUntil, costMs) => Math.max(paidUntil, scheduler.now() - 1000) + costMs,
            scheduler.now() - 1000,
          ),
          map((paidUntil) => paidUntil - scheduler.now()),
          filter((excessMs) => excessMs > 0),
          exhaustMap((excessMs) => {
            connection.pause();
            return timer(excessMs, scheduler).pipe(finalize(() => connection.resume()));
          }),
        );
        return input$.pipe(
          tap((chunk) => chunk$.next(chunk)),
          alsoSubscribe(pause$),
        );
      });

  it('does what scan, exhaustMap and timer do', () => {
    // Two bytes a millisecond, so that bursts of 2000 bytes are free.
    const size = fc.nat(3000);
    const slowly = someMarbles('abc').map((diagram) => diagram.replaceAll('-', ' 300ms '));
    holds(
      fc.property(slowly, size, size, size, fc.nat(3000), (input, a, b, c, leavesAt) => {
        const sizes: Record<string, number> = { a, b, c };
        const outcome = (operator: typeof stock) =>
          outcomeOf({ input }, leavesAt, ({ input }, scheduler, diary) => {
            const note = (what: string) => diary.push(`${scheduler.now()} ${what}`);
            const connection = { pause: () => note('paused'), resume: () => note('read on') };
            return input.pipe(
              map((letter) => bytes(sizes[letter] as number)),
              operator(2000, connection, scheduler),
              map(({ length }) => length),
              // The connection is paused before the chunk passes.
              tap((length) => note(`${length} bytes`)),
            );
          });
        throwUnlessSame(outcome(inputRate), outcome(stock));
      }),
    );
  });
});
