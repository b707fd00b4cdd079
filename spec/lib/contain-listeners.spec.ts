import { map, NEVER, Observable, of, Subject, take, throwError } from 'rxjs';
import { containListeners } from '../../lib/contain-listeners.js';

/** A source with contained listeners, and the reported failures. */
function heard() {
  const source = new Subject<number>();
  const failures: string[] = [];
  const event$ = containListeners(source, (error) => failures.push(`${(error as Error).message}`));
  return { source, failures, event$ };
}
const breaks = (): never => {
  throw new Error('in a listener');
};

describe('containListeners', () => {
  it('passes on values, completion and errors, to functions and to observers', () => {
    for (const end of ['complete', 'error'] as const) {
      const { source, event$, failures } = heard();
      const seen: unknown[] = [];
      event$.subscribe((value) => seen.push(value));
      event$.subscribe({
        next: (value) => seen.push(value),
        error: () => seen.push('#'),
        complete: () => seen.push('|'),
      });
      event$.subscribe(null);
      event$.subscribe();
      source.next(1);
      source[end](new Error('the source') as never);
      expect(seen).toEqual([1, 1, end === 'error' ? '#' : '|']);
      expect(failures).toEqual(end === 'error' ? ['the source', 'the source', 'the source'] : []);
    }
  });

  it('reports the first failure of each subscriber, and continues for all of them', () => {
    const { source, event$, failures } = heard();
    const seen: number[] = [];
    event$.subscribe(breaks);
    event$.subscribe({ next: breaks });
    event$.subscribe((value) => seen.push(value));
    for (const value of [1, 2, 3]) source.next(value);
    expect(failures).toEqual(['in a listener', 'in a listener']);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('reports a failure in complete or error', () => {
    const { source, event$, failures } = heard();
    event$.subscribe({ complete: breaks });
    source.complete();
    expect(failures).toEqual(['in a listener']);
    containListeners(throwError(breaks), (error) => failures.push(`${error}`)).subscribe({ error: breaks });
    expect(failures.length).toBe(2);
  });

  it('covers subscribers after operators, and operators that fail', () => {
    const { source, event$, failures } = heard();
    event$.pipe(map((value) => value + 1)).subscribe(breaks);
    event$.pipe(map(breaks), take(3)).pipe(take(2)).subscribe();
    source.next(1);
    expect(failures).toEqual(['in a listener', 'in a listener']);
  });

  it('leaves other errors alone', () => {
    const { event$, failures } = heard();
    const errors: unknown[] = [];
    event$.pipe(map(breaks)).subscribe({ error: (error) => errors.push(error) });
    expect(failures).toEqual([]);
    expect(containListeners(of(1), fail).pipe() instanceof Observable).toBe(true);
  });

  it('unsubscribes from the source', () => {
    const { source, event$ } = heard();
    event$.pipe(map(String)).subscribe().unsubscribe();
    expect(source.observed).toBe(false);
    expect(() => containListeners(NEVER, fail).subscribe().unsubscribe()).not.toThrow();
  });
});
