import fc from 'fast-check';
import { concatWith, EMPTY, type MonoTypeOperatorFunction, type Observable, Subject } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { followedBy } from '../../../streams/rx/followed-by.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';
import { passesOn } from '../../support/passes-on.js';

describe('followedBy', () => {
  passesOn(() => followedBy<string>(EMPTY));

  it(
    'continues with the next Observable when the source has completed, and has unsubscribed the source by then',
    marbles((m) => {
      const [source, next] = [m.cold('-a-b-|'), m.cold('--x-|')];
      m.expect(source.pipe(followedBy(next))).toBeObservable('-a-b---x-|');
      m.expect(source).toHaveSubscriptions('^----!');
      m.expect(next).toHaveSubscriptions('-----^---!');
    }),
  );

  it(
    'unsubscribes whichever is running',
    marbles((m) => {
      const [source, next] = [m.cold('-a-|'), m.cold('--x-')];
      m.expect(source.pipe(followedBy(next)), '^-!').toBeObservable('-a-');
      m.expect(source.pipe(followedBy(next)), '^-----!').toBeObservable('-a---x-');
      m.expect(next).toHaveSubscriptions('---^--!');
    }),
  );

  it('does not subscribe to the next Observable once it is unsubscribed', () => {
    const source = new Subject<string>();
    const next = new Subject<string>();
    const running = source.pipe(followedBy(next)).subscribe({ complete: fail });
    running.unsubscribe();
    source.complete();
    expect(next.observed).toBeFalse();
  });

  it('does what concatWith does', () => {
    holds(
      fc.property(someMarbles(), someMarbles(), fc.nat(14), (source, next, leavesAt) => {
        const run = (operator: (next$: Observable<string>) => MonoTypeOperatorFunction<string>) =>
          outcomeOf({ source, next }, leavesAt, ({ source, next }) => source.pipe(operator(next)));
        throwUnlessSame(
          run(followedBy),
          run((next$) => concatWith(next$)),
        );
      }),
    );
  });
});
