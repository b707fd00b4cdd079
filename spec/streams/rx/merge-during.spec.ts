import { throwError } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { mergeDuring } from '../../../streams/rx/merge-during.js';

const CASES = [
  { title: 'merges both', source: '-a---b|', other: '---x---', expected: '-a-x-b|', left: '^-----!' },
  {
    title: 'emits nothing of two that are silent',
    source: '----',
    other: '----',
    expected: '----',
    left: '^---',
  },
  { title: 'completes with an empty source', source: '|', other: '-x-', expected: '|', left: '(^!)' },
  { title: 'outlasts the other', source: '-a----b|', other: '--x|', expected: '-ax---b|', left: '^--!' },
  { title: 'errors with the source', source: '-a-#', other: '--x--', expected: '-ax#', left: '^--!' },
  { title: 'errors with the other', source: '-a---', other: '--x#', expected: '-ax#', left: '^--!' },
];

describe('mergeDuring', () => {
  for (const { title, source, other, expected, left } of CASES)
    it(
      title,
      marbles((m) => {
        const [source$, other$] = [m.cold(source), m.hot(other)];
        m.expect(source$.pipe(mergeDuring(other$))).toBeObservable(expected);
        m.expect(other$).toHaveSubscriptions(left);
      }),
    );

  it(
    'unsubscribes both when unsubscribed',
    marbles((m) => {
      const [source$, other$] = [m.cold('-a---b-'), m.cold('--x---')];
      m.expect(source$.pipe(mergeDuring(other$)), '^--!').toBeObservable('-ax-');
      m.expect(source$).toHaveSubscriptions('^--!');
      m.expect(other$).toHaveSubscriptions('^--!');
    }),
  );

  it(
    'does not subscribe to the source when the other has failed already',
    marbles((m) => {
      const source$ = m.cold('-a-');
      m.expect(source$.pipe(mergeDuring<string>(throwError(() => 'error')))).toBeObservable('#');
      m.expect(source$).toHaveSubscriptions([]);
    }),
  );
});
