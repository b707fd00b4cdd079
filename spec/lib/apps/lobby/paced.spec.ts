import { concatMap, EMPTY, mergeMap, of, throwError } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { paced } from '../../../../lib/apps/lobby/paced.js';

/** One each 5 ms, with a burst of three. */
const RATE = { count: 2, perMs: 10, burst: 3 };

describe('paced', () => {
  it(
    'runs a burst at once, then one after another at the rate, and loses none',
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      const source$ = m.cold('(abcdef|)');
      const expected = '      (abc)d----e----(f|)';
      m.expect(source$.pipe(concatMap((value) => pace(() => of(value))))).toBeObservable(expected);
    }),
  );

  it(
    'keeps the rate and the order when many wait',
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      const source$ = m.cold('(abcdef|)');
      const expected = '      (abc)d----e----(f|)';
      m.expect(source$.pipe(mergeMap((value) => pace(() => of(value))))).toBeObservable(expected);
    }),
  );

  it(
    'makes the next wait longer after a higher cost',
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      const costs = { a: 1, b: 2, c: 1, d: 2 };
      const source$ = m.cold('(abcd|)', costs);
      m.expect(source$.pipe(concatMap((cost) => pace(() => of(cost), cost)))).toBeObservable(
        '(ab)-c---------(d|)',
        costs,
      );
    }),
  );

  it(
    "doesn't delay calls slower than the rate",
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      const typed = 'a 4ms b 4ms c 4ms d 4ms e 4ms f|';
      m.expect(m.cold(typed).pipe(concatMap((value) => pace(() => of(value))))).toBeObservable(typed);
    }),
  );

  it(
    'allows a burst again after a pause',
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      const source$ = m.cold('(abc) 10ms (defg|)');
      const expected = '      (abc) 10ms (def)(g|)';
      m.expect(source$.pipe(concatMap((value) => pace(() => of(value))))).toBeObservable(expected);
    }),
  );

  it(
    'keeps independent rates',
    marbles((m) => {
      const [ann, bob] = [paced({ ...RATE, burst: 1 }, m.scheduler), paced(RATE, m.scheduler)];
      m.expect(m.cold('(ab|)').pipe(concatMap((value) => ann(() => of(value))))).toBeObservable('a----(b|)');
      m.expect(m.cold('(ab|)').pipe(concatMap((value) => bob(() => of(value))))).toBeObservable('(ab|)');
    }),
  );

  it(
    'never runs what is unsubscribed while it waits',
    marbles((m) => {
      const pace = paced({ ...RATE, burst: 1 }, m.scheduler);
      const act = m.cold('(x|)');
      m.expect(m.cold('(ab|)').pipe(concatMap(() => pace(() => act))), '^--!').toBeObservable('x---');
      m.expect(act).toHaveSubscriptions('(^!)');
    }),
  );

  it(
    'passes on an empty completion, and an error',
    marbles((m) => {
      const pace = paced(RATE, m.scheduler);
      m.expect(pace(() => EMPTY)).toBeObservable('|');
      m.expect(pace(() => throwError(() => 'error'))).toBeObservable('#');
    }),
  );
});
