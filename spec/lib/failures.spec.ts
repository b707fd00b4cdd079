import { EMPTY, NEVER, type Observable, of, Subject, throwError, timer, VirtualTimeScheduler } from 'rxjs';
import { map } from 'rxjs/operators';
import { createSessionManager, type SessionManagerOptions } from '../../lib/session-manager.js';
import { type FakeConnectionOptions, fakeConnection } from '../../lib/testing/fake-connection.js';
import type { App } from '../../streams/types/app.js';
import type { Connection } from '../../streams/types/connection.js';
import type { TimedEvent } from '../../streams/types/events.js';

const bug = new Error('bug');
const breaks = (): never => {
  throw bug;
};
const echo: App = (session) => session.line$.pipe(map((line) => `${line}\n`));

/** A board without a port, and its events as text. */
function open(options: Partial<SessionManagerOptions> = {}) {
  const clock = new VirtualTimeScheduler(undefined, 0);
  const connections = new Subject<Connection>();
  const events: TimedEvent[] = [];
  const ends: string[] = [];
  const manager = createSessionManager({
    app: echo,
    scheduler: clock,
    maxPerAddress: null,
    maxUnauthenticated: null,
    ...options,
  });
  manager.event$.subscribe({ next: (event) => events.push(event), complete: () => ends.push('event$ |') });
  manager
    .run(connections)
    .subscribe({ error: (error) => ends.push(`run ${error}`), complete: () => ends.push('run |') });
  const told = (...types: TimedEvent['type'][]) =>
    events.filter(({ type }) => types.includes(type)).map((event) => wordsOf(event));
  return {
    manager,
    connections,
    events,
    ends,
    told,
    /** Connects a caller, and logs in if `handle` is given. */
    calls(handle?: string, how: FakeConnectionOptions = {}, theirs: object = {}) {
      const typed = new Subject<string>();
      const fake = fakeConnection(typed, how);
      connections.next(
        Object.defineProperties(Object.create(fake), Object.getOwnPropertyDescriptors(theirs)),
      );
      if (handle !== undefined) typed.next(`${handle}\r`);
      return { typed, fake };
    },
    pass(ms: number) {
      clock.maxFrames = clock.now() + ms;
      clock.schedule(() => {}, ms);
      clock.flush();
    },
  };
}

function wordsOf(event: TimedEvent): string {
  const { type, reason = '', error = '', callback = '' } = { ...event } as { [field: string]: unknown };
  return [type, callback, reason, error].filter((word) => word !== '').join(' ');
}

/** Expects that an earlier caller (ann) is still served, and that the board shuts down as usual. */
async function expectUnharmed(
  board: ReturnType<typeof open>,
  ann: ReturnType<ReturnType<typeof open>['calls']>,
) {
  ann.typed.next('still here\r');
  expect(ann.fake.screen).toContain('still here\n');
  const report = board.manager.shutdown('spec over', { force: true });
  board.pass(1000);
  expect((await report).reason).toBe('spec over');
  expect(board.ends).toEqual(['run |', 'event$ |']);
  expect(board.events.at(-1)?.type).toBe('serverClosed');
}

describe('a failure', () => {
  for (const name of ['blocked', 'trusted'] as const)
    it(`refuses only the connection for which ${name} throws, and says why`, async () => {
      const board = open({ [name]: (address: string) => (address === '127.0.0.2' ? breaks() : false) });
      const ann = board.calls('ann');
      const { fake } = board.calls(undefined, { address: '127.0.0.2' });

      expect(board.told('connectionRefused')).toEqual(['connectionRefused error Error: bug']);
      expect(fake.screen).toContain("The board can't take your call.");
      expect(fake.calls).toContain('close');
      await expectUnharmed(board, ann);
    });

  it('refuses only the connection for which random throws', async () => {
    const board = open({ maxUnauthenticated: { start: 2, rate: 50, full: 9 }, random: breaks });
    const ann = board.calls('ann');
    board.calls();
    board.calls();
    expect(board.told('connectionRefused')).toEqual(['connectionRefused error Error: bug']);
    await expectUnharmed(board, ann);
  });

  it('of trusted after the end of the session is reported', async () => {
    let isBroken = false;
    const board = open({ trusted: () => isBroken && breaks() });
    const ann = board.calls('ann');
    const eve = board.calls();
    eve.typed.next('e');
    isBroken = true;
    eve.typed.complete();
    expect(board.told('callbackFailed')).toEqual(['callbackFailed trusted Error: bug']);
    await expectUnharmed(board, ann);
  });

  for (const [what, found] of [
    ['null', null],
    ['a user without a handle', {}],
  ] as const)
    it(`ends only the session whose authenticator emits ${what} from a timer`, async () => {
      const board = open({
        authenticate: (session, { scheduler }) =>
          session.address === '127.0.0.2'
            ? timer(10, scheduler).pipe(map(() => found as never))
            : of({ handle: 'ann', guest: true }),
      });
      const ann = board.calls();
      const eve = board.calls(undefined, { address: '127.0.0.2' });
      expect(() => board.pass(10)).not.toThrow();
      expect(board.told('sessionClosing')).toEqual([
        jasmine.stringMatching(/^sessionClosing app-error AppError: an authenticator emits a user/),
      ] as never);
      expect(eve.fake.screen).toContain('Something went wrong here');
      await expectUnharmed(board, ann);
    });

  for (const whose of ['app', 'authenticate'] as const)
    it(`ends only the session whose ${whose} returns a Promise, and says what it should return`, async () => {
      const returns = (async () => of('hello')) as never;
      const board = open({ [whose]: returns });
      board.calls('ann');
      expect(board.told('sessionClosing')).toEqual([
        jasmine.stringMatching(
          /app-error AppError: an (app|authenticator) returns an Observable, and this one returned a Promise/,
        ),
      ] as never);
    });

  it('ends only the session whose output throws from its own source', async () => {
    const emit = new Subject<string>();
    const board = open({ app: (session, services) => (session.id === 2 ? emit : echo(session, services)) });
    const ann = board.calls('ann');
    let isBroken = false;
    board.calls('eve', {}, { write: () => isBroken && breaks() });
    isBroken = true;
    expect(() => emit.next('hello')).not.toThrow();
    expect(board.told('sessionClosing')).toEqual(['sessionClosing connection-error Error: bug']);
    expect(board.told('sessionClosed')).toEqual(['sessionClosed connection-error']);
    await expectUnharmed(board, ann);
  });

  for (const name of ['write', 'close', 'destroy', 'pause'] as const)
    it(`of ${name} of one connection affects no other, nor a broadcast or shutdown`, async () => {
      const board = open({ shutdownGraceMs: 50 });
      const ann = board.calls('ann');
      board.calls('eve', {}, { [name]: breaks });
      const bob = board.calls('bob');
      board.manager.broadcast('hello all');
      expect(ann.fake.screen).toContain('hello all');
      expect(bob.fake.screen).toContain('hello all');

      const report = board.manager.shutdown('spec over');
      board.pass(1000);
      expect((await report).reason).toBe('spec over');
      expect(board.events.at(-1)?.type).toBe('serverClosed');
      expect(board.ends).toEqual(['run |', 'event$ |']);
    });

  for (const [what, theirs] of Object.entries({
    'no address': { address: undefined },
    'no closed$': { closed$: undefined },
    'no input$': { input$: undefined },
  }))
    it(`refuses a connection with ${what}`, async () => {
      const board = open();
      const ann = board.calls('ann');
      board.calls(undefined, {}, theirs);
      expect(board.told('connectionRefused')).toEqual([
        jasmine.stringMatching(/^connectionRefused error TransportError: a Connection has/),
      ] as never);
      await expectUnharmed(board, ann);
    });

  it('ends only the session whose closed$ or input$ errors', async () => {
    const board = open();
    const ann = board.calls('ann');
    const [closed, input] = [new Subject<never>(), new Subject<Uint8Array>()];
    board.calls('eve', { address: '127.0.0.2' }, { closed$: closed });
    board.calls(undefined, { address: '127.0.0.3' }, { input$: input });
    closed.error(bug);
    input.error(bug);
    expect(board.told('sessionClosed')).toEqual([
      'sessionClosed connection-error',
      'sessionClosed connection-error',
    ]);
    await expectUnharmed(board, ann);
  });

  it('of a connection after the end of its session is reported', async () => {
    const board = open();
    const ann = board.calls('ann');
    board.calls('eve', {}, { close: breaks });
    board.manager.kick(2);
    expect(board.told('callbackFailed', 'sessionClosed')).toEqual([
      'callbackFailed connection Error: bug',
      'sessionClosed kicked',
    ]);
    await expectUnharmed(board, ann);
  });

  it('refuses a connection that throws at the gate', async () => {
    const board = open({ gate: true });
    board.calls(undefined, {}, { write: breaks });
    expect(board.told('connectionRefused')).toEqual(['connectionRefused error Error: bug']);
    board.calls(undefined, {}, { input$: throwError(breaks) });
    expect(board.told('connectionRefused').length).toBe(2);
    const { typed } = board.calls();
    typed.next('\x1b\x1b');
    expect(board.told('sessionOpened').length).toBe(1);
  });

  it('of a subscriber is reported once, behind an operator too', async () => {
    const board = open();
    const warned: Error[] = [];
    const warn = spyOn(process, 'emitWarning').and.callFake((warning) => void warned.push(warning as Error));
    board.manager.event$.subscribe(breaks);
    board.manager.event$.pipe(map(breaks)).subscribe();
    const ann = board.calls('ann');
    expect(board.told('callbackFailed')).toEqual([
      'callbackFailed listener Error: bug',
      'callbackFailed listener Error: bug',
    ]);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(board.events.map(({ type }) => type)).toEqual([
      'sessionOpened',
      'callbackFailed',
      'callbackFailed',
      'sessionAuthenticated',
    ]);
    await expectUnharmed(board, ann);
  });
});

describe('a failing board', () => {
  it('emits the failure last, destroys every connection, and errors run and shutdown', async () => {
    const board = open();
    const { fake } = board.calls('ann');
    board.connections.error(bug);

    expect(board.events.at(-1)).toEqual({
      type: 'serverFailed',
      error: bug,
      at: jasmine.any(Number) as never,
    });
    expect(board.ends).toEqual(['run Error: bug', 'event$ |']);
    expect(fake.calls.at(-1)).toBe('destroy');
    expect(board.manager.sessions.size).toBe(0);
    await expectAsync(board.manager.shutdown()).toBeRejectedWith(bug);
  });
});

describe('the run of a session manager', () => {
  it('can be subscribed to once: a second subscription errors', () => {
    const manager = createSessionManager({ app: echo });
    const events: string[] = [];
    const run$: Observable<TimedEvent> = manager.run(of<Connection>(fakeConnection(NEVER)));
    run$.subscribe(({ type }) => events.push(type));
    expect(() => manager.run(EMPTY)).toThrowError(/runs only once/);
    const failed: Error[] = [];
    run$.subscribe({ error: (error) => failed.push(error) });
    expect(failed.map(({ message }) => message)).toEqual([jasmine.stringContaining('runs only once')]);
    expect(events).toEqual(['sessionOpened']);
  });
});
