import fc from 'fast-check';
import {
  config,
  finalize,
  from,
  type MonoTypeOperatorFunction,
  Observable,
  Subject,
  Subscription,
  UnsubscriptionError,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { catchTeardownError, type TeardownDelegate } from '../../../streams/rx/catch-teardown-error.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';
import { passesOn } from '../../support/passes-on.js';

describe('catchTeardownError', () => {
  passesOn(catchTeardownError);

  it(
    'unsubscribes its source when unsubscribed',
    marbles((m) => {
      const source = m.cold('-a-b-c-');
      m.expect(source.pipe(catchTeardownError()), '---!').toBeObservable('-a-');
      m.expect(source).toHaveSubscriptions('^--!');
    }),
  );

  describe('a teardown that throws', () => {
    const before = config.onUnhandledError;
    let reported: unknown[];
    beforeEach(() => {
      jasmine.clock().install();
      reported = [];
      config.onUnhandledError = (error) => reported.push(error);
    });
    afterEach(() => {
      config.onUnhandledError = before;
      jasmine.clock().uninstall();
    });
    const fails = () => {
      throw new Error('in the teardown');
    };

    it('is reported, and not thrown at the code that unsubscribes', () => {
      const running = new Observable(() => fails).pipe(catchTeardownError()).subscribe();

      expect(() => running.unsubscribe()).not.toThrow();
      jasmine.clock().tick(1);

      expect(reported.map(String)).toEqual([jasmine.stringContaining('in the teardown')]);
    });

    it('does not withhold a completion from downstream', () => {
      let completed = false;
      const done = () => {
        completed = true;
      };
      const source = new Subject();
      source.pipe(finalize(fails), catchTeardownError()).subscribe({ complete: done });

      expect(() => source.complete()).not.toThrow();
      jasmine.clock().tick(1);

      expect(completed).toBe(true);
      expect(reported.length).toBe(1);
    });

    it('is not thrown at the code that subscribes to a source that ends at once', () => {
      const over$ = new Observable((subscriber) => {
        subscriber.complete();
        return fails;
      });

      expect(() => over$.pipe(catchTeardownError()).subscribe()).not.toThrow();
      jasmine.clock().tick(1);

      expect(reported.length).toBe(1);
    });
  });

  /** The same with an Observable and a Subscription of RxJS's, and both ways to run a teardown in a `try`. */
  const stock =
    (delegate: TeardownDelegate): MonoTypeOperatorFunction<string> =>
    (source$) =>
      new Observable((subscriber) => {
        const attempt = (act: () => void) => {
          try {
            act();
          } catch (error) {
            delegate.teardownFailed(error);
          }
        };
        const running = new Subscription();
        attempt(() =>
          running.add(
            source$.subscribe({
              next: (value) => subscriber.next(value),
              error: (error) => subscriber.error(error),
              complete: () => subscriber.complete(),
            }),
          ),
        );
        return () => attempt(() => running.unsubscribe());
      });

  /** What was thrown, without the errors of RxJS around it. */
  const thrown = (error: unknown): unknown[] =>
    error instanceof UnsubscriptionError ? error.errors.flatMap(thrown) : [error];

  it('does what try and catch around subscribing and unsubscribing do', () => {
    holds(
      fc.property(
        someMarbles(),
        fc.nat(10),
        fc.boolean(),
        fc.subarray(['first', 'second']),
        (source, leavesAt, isImmediate, failing) => {
          const outcome = (operator: (delegate: TeardownDelegate) => MonoTypeOperatorFunction<string>) =>
            outcomeOf({ source }, leavesAt, ({ source }, scheduler, diary) => {
              const note = (what: string) => diary.push(`${scheduler.now()} ${what}`);
              const closing = (source$: Observable<string>, name: string) =>
                new Observable<string>((subscriber) => {
                  source$.subscribe(subscriber);
                  return () => {
                    note(`${name} teardown`);
                    if (failing.includes(name)) throw `${name} failed`;
                  };
                });
              const theirs$ = closing(closing(isImmediate ? from('ab') : source, 'first'), 'second');
              return theirs$.pipe(operator({ teardownFailed: (error) => note(thrown(error).join()) }));
            });
          throwUnlessSame(outcome(catchTeardownError), outcome(stock));
        },
      ),
    );
  });
});
