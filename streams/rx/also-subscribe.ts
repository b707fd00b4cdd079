import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Subscribes to another Observable while the source lasts, for what an app does besides answering lines.
 * Emits the source's values and completes with it. Errors with either.
 *
 * @example
 * ```ts
 * import { type App, alsoSubscribe } from 'impulse-bbs';
 * import { map, tap } from 'rxjs';
 *
 * const listener: App = (session, { bus }) =>
 *   session.line$.pipe(
 *     map((line) => `You said ${line}\n`),
 *     alsoSubscribe(bus.channel$('news').pipe(tap((news) => session.notify(String(news))))),
 *   );
 * ```
 */
export function alsoSubscribe<T>(other$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(other$.subscribe({ error: (error) => subscriber.error(error) }));
      if (!subscriber.closed) subscriber.add(source.subscribe(subscriber));
    });
}
