import { type MonoTypeOperatorFunction, Observable, tap } from 'rxjs';
import { alsoSubscribe } from './also-subscribe.js';

/**
 * Merges another Observable into the source for as long as the source lasts. Like `mergeWith`, but completes
 * with the source alone, and unsubscribes the other one then. Errors with either.
 */
export function mergeDuring<T>(other$: Observable<T>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const emitting$ = other$.pipe(tap((value) => subscriber.next(value)));
      return source.pipe(alsoSubscribe(emitting$)).subscribe(subscriber);
    });
}
