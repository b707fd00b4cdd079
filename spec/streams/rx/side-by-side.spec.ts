import fc from 'fast-check';
import { finalize, mergeMap, NEVER, type Observable, type OperatorFunction, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { sideBySide } from '../../../streams/rx/side-by-side.js';
import { holds } from '../../support/holds.js';

describe('sideBySide', () => {
  it(
    'runs what each value leads to beside the others, and completes when the last of it has',
    marbles((m) => {
      const source = m.cold('a--b|');
      const inner: Record<string, ReturnType<typeof m.cold>> = { a: m.cold('-x--x-|'), b: m.cold('--y--|') };
      m.expect(source.pipe(sideBySide((name) => inner[name] as Observable<unknown>))).toBeObservable(
        '-x--xy--|',
      );
      m.expect(source).toHaveSubscriptions('^---!');
      m.expect(inner.a as never).toHaveSubscriptions('^-----!');
      m.expect(inner.b as never).toHaveSubscriptions('---^----!');
    }),
  );

  it(
    'is silent, empty, or fails with its source, and leaves all that runs',
    marbles((m) => {
      for (const diagram of ['-----', '--|', '--#']) {
        m.expect(m.cold(diagram).pipe(sideBySide(() => NEVER)), '---!').toBeObservable(diagram.slice(0, 3));
      }
      const inner = m.cold('-x-');
      m.expect(m.cold('a-b--#').pipe(sideBySide(() => inner))).toBeObservable('-x-x-#');
      m.expect(inner).toHaveSubscriptions(['^----!', '--^--!']);
    }),
  );

  it(
    'fails with what runs, and leaves the others and the source',
    marbles((m) => {
      const source = m.hot('a-b---');
      const inner: Record<string, ReturnType<typeof m.cold>> = { a: m.cold('----x'), b: m.cold('-#') };
      m.expect(source.pipe(sideBySide((name) => inner[name] as Observable<unknown>))).toBeObservable('---#');
      m.expect(source).toHaveSubscriptions('^--!');
      m.expect(inner.a as never).toHaveSubscriptions('^--!');
    }),
  );

  it(
    'leaves everything when unsubscribed, also what goes on after the source has completed',
    marbles((m) => {
      const source = m.cold('a-b|');
      const inner = m.cold('-x---');
      m.expect(source.pipe(sideBySide(() => inner)), '----!').toBeObservable('-x-x-');
      m.expect(source).toHaveSubscriptions('^--!');
      m.expect(inner).toHaveSubscriptions(['^---!', '--^-!']);
    }),
  );

  it('fails when it is not said what a value leads to', () => {
    let failed: unknown;
    const oops = new Error('oops');
    of('a')
      .pipe(
        sideBySide(() => {
          throw oops;
        }),
      )
      .subscribe({
        error: (error) => {
          failed = error;
        },
      });
    expect(failed).toBe(oops);
  });

  it('does what mergeMap does, whatever comes when and leads to what', () => {
    const diagram = (letters: string[]) =>
      fc
        .array(fc.constantFrom('-', '-', ...letters), { maxLength: 8 })
        .chain((parts) => fc.constantFrom('-', '|', '|', '#').map((end) => parts.join('') + end));
    holds(
      fc.property(
        diagram(['a', 'b']),
        diagram(['x', 'y']),
        diagram(['z']),
        fc.nat(14),
        (source, one, other, leavesAt) => {
          const outcome = (
            operator: (project: (name: string) => Observable<string>) => OperatorFunction<string, string>,
          ) => {
            const seen: unknown[] = [];
            const scheduler = new TestScheduler((actual) => {
              seen.push(actual);
            });
            scheduler.run(({ cold, expectObservable }) => {
              const left: string[] = [];
              const noting = (name: string, diagram: string) =>
                cold(diagram).pipe(finalize(() => left.push(`${name} left at ${scheduler.frame}`)));
              const project = (name: string) => noting(name, name === 'a' ? one : other);
              expectObservable(noting('source', source).pipe(operator(project)), `${'-'.repeat(leavesAt)}!`);
              seen.push(left);
            });
            for (const left of seen) if (Array.isArray(left)) left.sort();
            return JSON.stringify(seen);
          };
          const [is, means] = [outcome(sideBySide), outcome((project) => mergeMap(project))];
          if (is !== means) throw new Error(`${is}\nisn't\n${means}`);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
