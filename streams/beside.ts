import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/** Runs something else for as long as the source lasts. An error of either is one. */
export function beside<T>(other$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(other$.subscribe({ error: (error) => subscriber.error(error) }));
      if (!subscriber.closed) subscriber.add(source.subscribe(subscriber));
    });
}
