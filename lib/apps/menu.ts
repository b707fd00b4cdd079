import { concat, defer, EMPTY, of, takeWhile } from 'rxjs';
import { alsoSubscribe } from '../../streams/rx/also-subscribe.js';
import type { App } from '../../streams/types/app.js';
import type { Output } from '../../streams/types/connection.js';
import type { User } from '../../streams/types/session.js';

/**
 * An app for a choice that leaves the menu. Emits nothing and completes.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby, menu, quit } from 'impulse-bbs';
 *
 * createImpulse({ app: menu({ chat: lobby(), quit }) });
 * ```
 */
export const quit: App = () => EMPTY;

/**
 * Creates an app from several: asks for a choice, runs its app until it completes, and asks again. Choices
 * may be typed in any case and completed with Tab. Completes when {@link quit} is chosen. An outer menu then
 * asks again; without one the session ends.
 *
 * @param prompt The prompt. Defaults to the choices with a question mark.
 * @example
 * ```ts
 * import { type App, createImpulse, menu, quit } from 'impulse-bbs';
 * import { of } from 'rxjs';
 *
 * const hello: App = (session) => of(`Hello, ${session.user?.handle}!\n`);
 * const time: App = (_, { scheduler }) => of(`${new Date(scheduler.now())}\n`);
 *
 * createImpulse({ app: menu({ h: hello, t: time, q: quit }, '(H)ello, (T)ime or (Q)uit? ') });
 * ```
 */
export function menu<U extends User = User>(
  choices: Readonly<Record<string, App<U>>>,
  prompt = `${Object.keys(choices).join(', ')}? `,
): App<U> {
  const apps = new Map(Object.entries(choices).map(([name, app]) => [name.toLowerCase(), app]));
  return (session, services) => {
    const nothing$ = session.completion$(() => []);
    const names$ = session.completion$(() => [...apps.keys()]);
    const choose = (line: string) => {
      const name = line.trim().toLowerCase();
      const app = apps.get(name);
      if (app === quit) return of(null);
      const chosen$ = app
        ? defer(() => app(session, services)).pipe(alsoSubscribe(nothing$))
        : name === ''
          ? EMPTY
          : of('That is not in the menu.\n');
      return concat(chosen$, of(prompt));
    };
    return concat(
      of(prompt),
      session.eachLine<Output | null>(choose).pipe(
        takeWhile((output): output is Output => output !== null),
        alsoSubscribe(names$),
      ),
    );
  };
}
