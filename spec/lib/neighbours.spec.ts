import {
  concat,
  defer,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { createSessionManager, type SessionManagerOptions } from '../../lib/session-manager.js';
import { type FakeConnectionOptions, fakeConnection } from '../../lib/testing/fake-connection.js';
import { alsoSubscribe } from '../../streams/rx/also-subscribe.js';
import type { App } from '../../streams/types/app.js';
import type { Connection, Output } from '../../streams/types/connection.js';

const broken = new Error('broken');
const breaks = (): never => {
  throw broken;
};

/** Apps that fail in different places when the caller types `x`. */
const BREAKING: Record<string, App> = {
  'when it is called': breaks,
  'when it is subscribed to': () => defer(breaks),
  'by an error that comes later': () => timer(2).pipe(map(breaks)),
  'in what it does with a line': (session) => session.line$.pipe(map(breaks)),
  'in the answer to a line': (session) => session.eachLine(breaks),
  'later in the answer to a line': (session) => session.eachLine(() => timer(2).pipe(map(breaks))),
  'in what it does with a key': (session) => session.key$.pipe(map(breaks)),
  'in what it asks': (session) => session.ask('? ').pipe(map(breaks)),
  'in what it hears on the bus': (_, { bus }) => bus.channel$('chat').pipe(map(breaks)),
  'in what it makes of the window': (session) => session.terminal$.pipe(map(breaks)),
  'by giving back nothing': () => undefined as unknown as Observable<Output>,
};

/**
 * Runs a caller with this app (ann) next to a neighbour. Ann types `x` and Tab at 2 ms; the neighbour publishes at 3 ms.
 * Checks how ann's session ended, what the neighbour's output was, and how many are still on line.
 */
function together(
  run: (test: Parameters<typeof marbles>[0]) => () => void,
  app: App,
  check: (ended: string[], neighbour: string, online: number) => void,
  options: Partial<SessionManagerOptions> & { ann?: FakeConnectionOptions } = {},
) {
  const { ann: annOptions = {}, ...more } = options;
  return run((m) => {
    const talk: App = (session, { bus }) =>
      merge(
        session.line$.pipe(map((line) => `${line}!\n`)),
        timer(3, m.scheduler).pipe(
          tap(() => bus.publish('chat', 'hello')),
          ignoreElements(),
        ),
      );
    const manager = createSessionManager({
      app: (session, services) => (session.user?.handle === 'ann' ? app : talk)(session, services),
      scheduler: m.scheduler,
      ...more,
    });
    const ann = fakeConnection(m.cold('a-x', { a: 'ann\r', x: 'x\t\r' }), { echo: true, ...annOptions });
    const bob = fakeConnection(m.cold('b-- 5s t', { b: 'bob\r', t: 'still here\r' }));
    const ended: string[] = [];
    manager.run(m.hot<Connection>('(ab)', { a: ann, b: bob })).subscribe((event) => {
      if (event.type === 'sessionClosed') ended.push(`${event.session} ${event.reason}`);
    });
    m.cold('10s x').subscribe(() => check(ended, bob.screen, manager.sessions.size));
    m.scheduler.maxFrames = 20_000;
    m.flush();
  });
}

describe('a caller whose app fails', () => {
  for (const [where, app] of Object.entries(BREAKING))
    it(
      `${where} affects no other caller`,
      together(marbles, app, (ended, neighbour, online) => {
        expect(ended).toEqual(['1 app-error']);
        expect(neighbour).toContain('still here!');
        expect(online).toBe(1);
      }),
    );

  it(
    'in its completions affects no other caller',
    together(
      marbles,
      (session) => session.line$.pipe(alsoSubscribe(session.completion$(breaks))),
      (ended, neighbour) => {
        expect(ended).toEqual(['1 app-error']);
        expect(neighbour).toContain('still here!');
      },
    ),
  );

  it(
    'by publishing without end affects no other caller',
    together(
      marbles,
      (_, { bus }) =>
        bus.channel$('chat').pipe(
          tap(() => bus.publish('chat', 'again')),
          map(String),
        ),
      (ended, neighbour) => {
        expect(ended).toEqual(['1 app-error']);
        expect(neighbour).toContain('still here!');
      },
    ),
  );

  it(
    'by writing neither text nor bytes affects no other caller',
    together(
      marbles,
      () => concat(of(42 as unknown as string), of(null as unknown as string), NEVER),
      (ended, neighbour) => {
        expect(ended).toEqual(['1 app-error']);
        expect(neighbour).toContain('still here!');
      },
    ),
  );
});

describe('a caller who listens to the bus and never reads', () => {
  it(
    'is closed as slow, and delays no other caller',
    together(
      marbles,
      (_, { bus, scheduler }) =>
        merge(
          bus.channel$('chat').pipe(map(() => 'x'.repeat(1000))),
          timer(10, 10, scheduler).pipe(
            tap(() => bus.publish('chat', 'more')),
            ignoreElements(),
          ),
        ),
      (ended, neighbour) => {
        expect(ended).toEqual(['1 slow']);
        expect(neighbour).toContain('still here!');
      },
      { ann: { deaf: true }, outputLimitBytes: 100_000 },
    ),
  );
});

describe('a caller whose authenticator never answers', () => {
  it(
    'is ended at the login deadline, and delays no other caller',
    together(
      marbles,
      () => NEVER,
      (ended, neighbour) => {
        expect(ended).toEqual(['1 login-timeout']);
        expect(neighbour).toContain('still here!');
      },
      {
        loginTimeoutMs: 8000,
        authenticate: (session) =>
          session.ask('Handle: ').pipe(mergeMap((handle) => (handle === 'ann' ? NEVER : of({ handle })))),
      },
    ),
  );

  it(
    'or fails, is ended at once',
    together(
      marbles,
      () => NEVER,
      (ended, neighbour) => {
        expect(ended).toEqual(['1 app-error']);
        expect(neighbour).toContain('still here!');
      },
      {
        authenticate: (session) =>
          session
            .ask('Handle: ')
            .pipe(mergeMap((handle) => (handle === 'ann' ? throwError(() => broken) : of({ handle })))),
      },
    ),
  );
});
