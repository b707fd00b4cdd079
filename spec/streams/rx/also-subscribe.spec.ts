import { of, throwError } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';

describe('alsoSubscribe', () => {
  for (const [what, source, result, other] of [
    ['until the source completes', '-a-b-|', '-a-b-|', '^----!'],
    ['until the source fails', '-a-#', '-a-#', '^--!'],
    ['until unsubscribed, if the source never ends', '-a--', '-a--', '^---------!'],
    ['only briefly with an empty source', '|', '|', '(^!)'],
  ] as const)
    it(
      `subscribes the other ${what}`,
      marbles((m) => {
        const source$ = m.cold(source);
        const other$ = m.hot('x-x-x-x-x-x');
        m.expect(source$.pipe(alsoSubscribe(other$)), '^---------!').toBeObservable(result);
        m.expect(other$).toHaveSubscriptions(other);
      }),
    );

  it(
    'continues when the other completes, and errors when the other does',
    marbles((m) => {
      const source = m.cold('-a-b-|');
      m.expect(source.pipe(alsoSubscribe(m.cold('--|')))).toBeObservable('-a-b-|');
      m.expect(source.pipe(alsoSubscribe(m.cold('--#')))).toBeObservable('-a#');
      m.expect(source).toHaveSubscriptions(['^----!', '^-!']);
    }),
  );

  it(
    "doesn't subscribe the source when the other errors at once",
    marbles((m) => {
      const source = m.cold('-a|');
      m.expect(source.pipe(alsoSubscribe(throwError(() => 'error')))).toBeObservable('#');
      m.expect(source).toHaveSubscriptions([]);
    }),
  );

  it(
    'unsubscribes both when unsubscribed, even immediately',
    marbles((m) => {
      const [source, other] = [m.cold('-a-b-'), m.cold('-x-x-')];
      m.expect(source.pipe(alsoSubscribe(other)), '^--!').toBeObservable('-a-');
      m.expect(source).toHaveSubscriptions('^--!');
      m.expect(other).toHaveSubscriptions('^--!');
      m.expect(of('a', 'b').pipe(alsoSubscribe(m.cold('-x')))).toBeObservable('(ab|)');
    }),
  );
});
