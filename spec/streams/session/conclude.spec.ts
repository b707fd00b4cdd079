import fc from 'fast-check';
import {
  catchError,
  defer,
  type Observable,
  type OperatorFunction,
  of,
  pipe,
  Subject,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { conclude } from '../../../streams/session/conclude.js';
import { endFor, type SessionEnd } from '../../../streams/types/session-end.js';
import { outcomeOf, someMarbles, throwUnlessSame } from '../../support/equivalence.js';
import { holds } from '../../support/holds.js';

const reasonOf = (error: unknown) => of<string>((error as SessionEnd).reason);

describe('conclude', () => {
  it(
    'continues with the farewell at an error',
    marbles((m) => {
      const session = m.cold<never>('---#', undefined, endFor('idle'));
      const words = m.cold('-a-|');
      const reasons: unknown[] = [];
      const concluding = conclude((error) => {
        reasons.push(error);
        return words;
      });
      m.expect(session.pipe(concluding)).toBeObservable('----a-|');
      m.expect(session).toHaveSubscriptions('^--!');
      m.expect(words).toHaveSubscriptions('---^--!');
      m.flush();
      expect(reasons).toEqual([endFor('idle')]);
    }),
  );

  it(
    'ends a session that completes as app-done',
    marbles((m) => {
      const ended = { a: 'app-done' };
      m.expect(m.cold<never>('--|').pipe(conclude(reasonOf))).toBeObservable('--(a|)', ended);
      m.expect(m.cold<never>('|').pipe(conclude(reasonOf))).toBeObservable('(a|)', ended);
    }),
  );

  it(
    'unsubscribes the session, or the farewell, and says no farewell then',
    marbles((m) => {
      const [session, words] = [m.cold<never>('---#'), m.cold('--a--')];
      m.expect(session.pipe(conclude(() => words)), '^-!').toBeObservable('---');
      m.expect(session.pipe(conclude(() => words)), '^-----!').toBeObservable('-----a');
      m.expect(session).toHaveSubscriptions(['^-!', '^--!']);
      m.expect(words).toHaveSubscriptions('---^--!');
    }),
  );

  it('unsubscribes the session before the farewell begins', () => {
    const session = new Subject<never>();
    let wasObserved: boolean | undefined;
    const farewell$ = defer(() => {
      wasObserved = session.observed;
      return of('bye');
    });
    const said: string[] = [];
    session.pipe(conclude(() => farewell$)).subscribe((words) => said.push(words));
    session.error(endFor('idle'));
    expect(said).toEqual(['bye']);
    expect(wasObserved).toBeFalse();
  });

  it('errors if the farewell fails, or cannot begin', () => {
    const failing = [
      () => throwError(() => 'no words'),
      () => {
        throw 'no words';
      },
    ];
    for (const farewell$ of failing) {
      const failed: unknown[] = [];
      throwError(() => endFor('idle'))
        .pipe(conclude(farewell$))
        .subscribe({ error: (error) => failed.push(error) });
      expect(failed).toEqual(['no words']);
    }
  });

  /** The same in stock operators. */
  const stock = (farewell$: (error: unknown) => Observable<string>): OperatorFunction<never, string> =>
    pipe(
      throwIfEmpty(() => endFor('app-done')),
      catchError((error) => farewell$(error)),
    );

  it('does what throwIfEmpty and catchError do', () => {
    holds(
      fc.property(someMarbles(''), someMarbles(), fc.nat(14), (session, words, leavesAt) => {
        const run = (operator: typeof stock) =>
          outcomeOf({ session, words }, leavesAt, ({ session, words }, scheduler, diary) =>
            (session as Observable<never>).pipe(
              operator((error) => {
                diary.push(`${scheduler.now()} ${error}`);
                return words;
              }),
            ),
          );
        throwUnlessSame(run(conclude), run(stock));
      }),
    );
  });
});
