import { map, type OperatorFunction } from 'rxjs';
import type { ServerEvent } from '../../streams/types/events.js';

/** A letter for each event, for diagrams of a board's events. */
export const EVENT_LETTERS: Readonly<Record<ServerEvent['type'], string>> = {
  serverListening: 'l',
  serverSuspended: 's',
  serverResumed: 'u',
  connectionRefused: 'r',
  addressPenalised: 'p',
  sessionWaiting: 'w',
  sessionOpened: 'o',
  loginAttemptFailed: 'f',
  sessionAuthenticated: 'a',
  sessionWarned: 'n',
  sessionClosing: 'e',
  sessionClosed: 'c',
  callbackFailed: 't',
  serverDraining: 'd',
  serverClosed: 'x',
  serverFailed: 'b',
};

/**
 * Maps events to their letters: **l**istening, **s**uspended, res**u**med, **r**efused, **p**enalised,
 * **w**aiting, **o**pened, login **f**ailed, **a**uthenticated, war**n**ed, **e**nding (`sessionClosing`),
 * **c**losed, a callback **t**hrew, **d**raining, `x` for `serverClosed`, and `b` (the board broke) for
 * `serverFailed`.
 *
 * @example
 * ```ts
 * import { createSessionManager } from 'impulse-bbs';
 * import { asLetters, fakeConnection, inVirtualTime } from 'impulse-bbs/testing';
 *
 * inVirtualTime((m) => {
 *   const { run } = createSessionManager({ app: (session) => session.line$, scheduler: m.scheduler });
 *   const ann = fakeConnection(m.cold('1s a', { a: 'ann\r' }));
 *   m.expectObservable(run(m.hot('-a', { a: ann })).pipe(asLetters()), '11m !').toBe('-o 999ms a 539999ms n 59999ms (ec)');
 * });
 * ```
 */
export const asLetters = (): OperatorFunction<ServerEvent, string> => map(({ type }) => EVENT_LETTERS[type]);
