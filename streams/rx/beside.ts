import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Runs something else for as long as the source lasts, such as what an app listens to beside its caller's lines. Emits
 * what the source does, and completes with it; an error of either is one.
 *
 * @example
 * ```ts
 * import { type App, beside } from 'impulse-bbs';
 * import { map, tap } from 'rxjs';
 *
 * const listener: App = (session, { bus }) =>
 *   session.line$.pipe(
 *     map((line) => `You said ${line}\n`),
 *     beside(bus.channel$('news').pipe(tap((news) => session.notify(String(news))))),
 *   );
 * ```
 */
export function beside<T>(other$: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      subscriber.add(other$.subscribe({ error: (error) => subscriber.error(error) }));
      if (!subscriber.closed) subscriber.add(source.subscribe(subscriber));
    });
}
