import { catchError, defer, EMPTY, from, mergeMap, Observable, Subject, tap } from 'rxjs';

/**
 * Returns a function that runs at most `max` jobs at a time and queues the others. It emits the result. Unsubscribing removes
 * a queued job; a running one keeps its slot until it is done.
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
