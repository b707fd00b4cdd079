import { catchError, defer, EMPTY, from, mergeMap, Observable, Subject, tap } from 'rxjs';

/**
 * Makes a function that does work, at most so many at a time; the rest waits its turn. Emits what the work came to. Unsubscribing takes
 * work that hasn't begun out of the queue; work that has begun keeps its place until it is done.
 */
export function limitConcurrency(max: number): <T>(work: () => Promise<T>) => Observable<T> {
  const works = new Subject<Observable<unknown>>();
  works.pipe(mergeMap((work$) => work$, max)).subscribe();
  return <T>(work: () => Promise<T>) =>
    new Observable<T>((subscriber) => {
      const work$ = defer(() => (subscriber.closed ? EMPTY : from(work())));
      works.next(
        work$.pipe(
          tap({
            next: (value) => subscriber.next(value),
            error: (error) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
          catchError(() => EMPTY),
        ),
      );
    });
}
