import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Merges another Observable into the source for as long as the source lasts. Like `mergeWith`, but completes
 * with the source alone, and unsubscribes the other one then. Errors with either.
 */
export function mergeDuring<T>(other$: Observable<T>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(
        other$.subscribe({
          next: (value) => subscriber.next(value),
          error: (error) => subscriber.error(error),
        }),
      );
      if (!subscriber.closed) subscriber.add(source.subscribe(subscriber));
    });
}
