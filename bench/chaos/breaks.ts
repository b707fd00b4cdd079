import {
  concat,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  tap,
  timer,
} from 'rxjs';
import type { App, Output } from '../../lib/index.js';

export const breaks = (): never => {
  throw new Error('planted');
};

/** Apps that break, each in a place of its own, at the latest when the caller types `x`, Tab and Enter. */
export const BREAKS: Readonly<Record<string, App>> = {
  call: breaks,
  subscription: () => defer(breaks),
  later: () => timer(20).pipe(map(breaks)),
  line: (session) => session.line$.pipe(map(breaks)),
  answer: (session) => session.eachLine(breaks),
  'later answer': (session) => session.eachLine(() => timer(20).pipe(map(breaks))),
  key: (session) => session.key$.pipe(map(breaks)),
  question: (session) => session.ask('? ').pipe(map(breaks)),
  tab: (session) => merge(session.line$, session.completion$(breaks)),
  window: (session) => session.terminal$.pipe(map(breaks)),
  bus: (session, { bus }) =>
    merge(
      bus.channel$('chat').pipe(map(breaks)),
      session.line$.pipe(
        tap(() => bus.publish('chat', 'hello')),
        ignoreElements(),
      ),
    ),
  echoing: (session, { bus }) =>
    merge(
      bus.channel$('echo').pipe(
        tap(() => bus.publish('echo', 'again')),
        map(String),
      ),
      session.line$.pipe(
        tap(() => bus.publish('echo', 'hello')),
        ignoreElements(),
      ),
    ),
  nothing: () => undefined as unknown as Observable<Output>,
  nonsense: () => concat(of(42 as unknown as string), of(null as unknown as string), NEVER),
  'way out': (session) => session.line$.pipe(finalize(breaks)),
};
