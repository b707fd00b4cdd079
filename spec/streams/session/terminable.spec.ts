import fc from 'fast-check';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  type MonoTypeOperatorFunction,
  merge,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type Terminable, terminable } from '../../../streams/session/terminable.js';
import { SessionEnd } from '../../../streams/types/session-end.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const KICKED = new SessionEnd('kicked');
const IDLE = new SessionEnd('idle');
const HANGUP = new SessionEnd('hangup');

/** A session that keeps only its first end, and a diary: the end that was settled, and what others add. */
function aCall(onDecided: (call: Terminable) => void = () => {}) {
  const diary: string[] = [];
  let first: SessionEnd | undefined;
  const call: Terminable & { diary: string[] } = {
    diary,
    chain: undefined,
    get ending() {
      return first;
    },
    settle(ending) {
      if (first) return first;
      first = ending;
      diary.push(`decided: ${ending.reason}`);
      onDecided(call);
      return ending;
    },
  };
  return call;
}

/** Runs the chain, and adds what the app downstream receives to the diary. */
function run(call: Terminable & { diary: string[] }, source$: Observable<unknown>) {
  return source$.pipe(terminable(call)).subscribe({
    next: (value) => call.diary.push(`${value}`),
    error: (ending) => call.diary.push(`told: ${ending.reason}`),
    complete: () => call.diary.push('completed'),
  });
}

describe('terminable', () => {
  it(
    'passes input on, and turns a hang-up into an error',
    marbles((m) => {
      const input = m.hot('-a-b-|');
      const expected = '   -a-b-#';
      m.expect(input.pipe(terminable(aCall()))).toBeObservable(expected, undefined, HANGUP);
      m.expect(input).toHaveSubscriptions('^----!');
    }),
  );

  it(
    'is silent with a silent source',
    marbles((m) => {
      const input = m.hot('---');
      m.expect(input.pipe(terminable(aCall()))).toBeObservable('---');
      m.expect(input).toHaveSubscriptions('^--');
    }),
  );

  it(
    'passes an error from upstream on unchanged',
    marbles((m) => {
      const call = aCall();
      const input = m.hot('-a-#', undefined, IDLE);
      m.expect(input.pipe(terminable(call))).toBeObservable('-a-#', undefined, IDLE);
      m.expect(input).toHaveSubscriptions('^--!');
      m.flush();
      expect(call.ending).toBe(IDLE);
    }),
  );

  it('turns any other error into app-error, with the cause', () => {
    const call = aCall();
    const error = new TypeError('oops');
    run(
      call,
      throwError(() => error),
    );
    expect(call.diary).toEqual(['decided: app-error', 'told: app-error']);
    expect(call.ending?.cause).toBe(error);
  });

  describe('an error passed to the chain', () => {
    it(
      'ends the running chain, and unsubscribes the source',
      marbles((m) => {
        const call = aCall();
        const input = m.hot('-a-b-c-|');
        m.cold('             ---s').subscribe(() => call.chain?.error(KICKED));
        m.expect(input.pipe(terminable(call))).toBeObservable('-a-#', undefined, KICKED);
        m.expect(input).toHaveSubscriptions('^--!');
      }),
    );

    it(
      'of a session that has ended: the source is never subscribed',
      marbles((m) => {
        const call = aCall();
        call.settle(KICKED);
        const input = m.cold('a-|');
        m.expect(input.pipe(terminable(call))).toBeObservable('#', undefined, KICKED);
        m.expect(input).toHaveSubscriptions([]);
      }),
    );

    it('works while the source is being subscribed', () => {
      const call = aCall();
      const line$ = new Observable<string>((subscriber) => {
        call.diary.push('listening');
        call.chain?.error(KICKED);
        subscriber.next('too late');
        return () => call.diary.push('left');
      });
      const subscription = run(call, line$);
      expect(call.diary).toEqual(['listening', 'decided: kicked', 'told: kicked', 'left']);
      expect(subscription.closed).toBeTrue();
    });

    it('works while a value is passed on', () => {
      const call = aCall();
      const subscription = concat(of('one', 'two'), NEVER)
        .pipe(terminable(call))
        .subscribe({
          next(value) {
            call.diary.push(value);
            call.chain?.error(KICKED);
          },
          error: (ending) => call.diary.push(`told: ${ending.reason}`),
        });
      expect(call.diary).toEqual(['one', 'decided: kicked', 'told: kicked']);
      expect(subscription.closed).toBeTrue();
    });

    it('is possible only while the chain runs', () => {
      const call = aCall();
      const seen: unknown[] = [];
      const line$ = new Observable(() => void seen.push(typeof call.chain));
      expect(call.chain).toBeUndefined();
      const subscription = run(call, line$);
      expect(seen).toEqual(['object']);
      subscription.unsubscribe();
      expect(call.chain).toBeUndefined();
    });

    it('is no longer possible once the chain has ended', () => {
      const [hungUp, stopped] = [aCall(), aCall()];
      run(hungUp, EMPTY);
      expect(hungUp.chain).toBeUndefined();
      run(stopped, NEVER);
      stopped.chain?.error(KICKED);
      expect(stopped.chain).toBeUndefined();
    });
  });

  it('settles the end before the app is told', () => {
    for (const [end$, reason] of [
      [EMPTY, 'hangup'],
      [throwError(() => IDLE), 'idle'],
    ] as const) {
      const call = aCall();
      run(call, concat(of('a'), end$));
      expect(call.diary).toEqual(['a', `decided: ${reason}`, `told: ${reason}`]);
    }
    const call = aCall();
    run(call, NEVER);
    call.chain?.error(KICKED);
    expect(call.diary).toEqual(['decided: kicked', 'told: kicked']);
  });

  it('reports only the first end, when settling it causes another', () => {
    const call = aCall((self) => self.chain?.error(IDLE));
    run(call, NEVER);
    call.chain?.error(KICKED);
    expect(call.ending).toBe(KICKED);
    expect(call.diary).toEqual(['decided: kicked', 'told: kicked']);
  });

  it('reports the end settled elsewhere, when the source ends after it', () => {
    const call = aCall();
    run(
      call,
      new Observable((subscriber) => {
        call.settle(KICKED);
        subscriber.complete();
      }),
    );
    expect(call.diary).toEqual(['decided: kicked', 'told: kicked']);
  });

  it(
    'settles nothing when unsubscribed early',
    marbles((m) => {
      const call = aCall();
      const input = m.hot('-a-a-a-|');
      const unsub = '      ^---!';
      m.expect(input.pipe(terminable(call)), unsub).toBeObservable('-a-a-');
      m.expect(input).toHaveSubscriptions(unsub);
      m.flush();
      expect(call.ending).toBeUndefined();
    }),
  );

  /** The same in stock operators: input, hang-up and order meet, and the first is settled. */
  const stock =
    (call: Terminable): MonoTypeOperatorFunction<string> =>
    (input$) =>
      defer(() => {
        if (call.ending) return throwError(() => call.ending);
        const order$ = new Subject<never>();
        call.chain = order$;
        return merge(
          concat(
            input$,
            throwError(() => HANGUP),
          ),
          order$,
        ).pipe(
          catchError((error) => {
            const ending = error instanceof SessionEnd ? error : new SessionEnd('app-error', error);
            return throwError(() => call.settle(ending));
          }),
        );
      });

  it('does what merge, concat and catchError do', () => {
    holds(
      fc.property(
        someMarbles(),
        fc.nat(12),
        fc.boolean(),
        fc.nat(14),
        (input, orderAt, isOrdered, leavesAt) => {
          const outcome = (operator: (call: Terminable) => MonoTypeOperatorFunction<string>) => {
            const call = aCall();
            const { diary, ...more } = outcomeOf({ input }, leavesAt, ({ input }, scheduler) => {
              if (isOrdered) scheduler.schedule(() => call.chain?.error(KICKED), orderAt);
              return input.pipe(operator(call));
            });
            return { ...more, diary: call.diary };
          };
          throwUnlessSame(outcome(terminable), outcome(stock));
        },
      ),
    );
  });
});
