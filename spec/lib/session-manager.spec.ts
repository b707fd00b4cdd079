import { concat, map, NEVER, of, Subject, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { SETTINGS, type Setting } from '../../lib/config/settings.js';
import { processClock } from '../../lib/process/monotonic.js';
import { createSessionManager, DEFAULT_LIMITS } from '../../lib/session-manager.js';
import { fakeConnection } from '../../lib/testing/fake-connection.js';
import type { App } from '../../streams/types/app.js';
import type { Connection } from '../../streams/types/connection.js';
import type { ServerEvent } from '../../streams/types/events.js';

const echo: App = (session) => concat(of('hi\n'), session.line$.pipe(map((line) => `${line}\n`)));

describe('createSessionManager', () => {
  it(
    'serves connections from any source, and reports their address if given',
    marbles((m) => {
      const ann = fakeConnection(m.cold('--a-b-|', { a: 'ann\r', b: 'hello\r' }));
      const manager = createSessionManager({ app: echo, scheduler: m.scheduler });
      const types: string[] = [];
      const run$ = manager.run(m.cold<Connection>('a|', { a: ann }), { host: '192.0.2.9', port: 23 });
      run$.subscribe((event) =>
        types.push(event.type === 'serverListening' ? `${event.host}:${event.port}` : event.type),
      );
      m.flush();

      expect(types).toEqual([
        '192.0.2.9:23',
        'sessionOpened',
        'sessionAuthenticated',
        'sessionClosing',
        'sessionClosed',
        'serverClosed',
      ]);
      expect(ann.screen).toBe('Handle: hi\nhello\n');
    }),
  );

  it('watches the process clock for standstills while it runs, unless it has its own clock', () => {
    const stop = jasmine.createSpy('stop');
    const run = spyOn(processClock, 'run').and.returnValue(stop);
    createSessionManager({ app: echo, scheduler: new VirtualTimeScheduler() }).run(NEVER).subscribe();
    expect(run).not.toHaveBeenCalled();

    const running = createSessionManager({ app: echo }).run(NEVER).subscribe();
    expect(run).toHaveBeenCalledTimes(1);
    expect(stop).not.toHaveBeenCalled();
    running.unsubscribe();
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it(
    'emits events from subscription on, and completes with the board',
    marbles((m) => {
      const manager = createSessionManager({ app: echo, scheduler: m.scheduler });
      const connection = fakeConnection(m.cold('---|'));
      const heard: string[] = [];
      manager.event$.subscribe({ next: ({ type }) => heard.push(type), complete: () => heard.push('|') });
      const late: string[] = [];
      m.scheduler.schedule(() => manager.event$.subscribe(({ type }) => late.push(type)), 2);
      manager.run(m.cold<Connection>('a|', { a: connection })).subscribe();
      m.flush();

      expect(heard).toEqual(['sessionOpened', 'sessionClosing', 'sessionClosed', 'serverClosed', '|']);
      expect(late).toEqual(['sessionClosing', 'sessionClosed', 'serverClosed']);
    }),
  );

  it(
    'hands the app all that the authenticator says of a user',
    marbles((m) => {
      const connection = fakeConnection(NEVER);
      const manager = createSessionManager({
        authenticate: () => of({ handle: 'ann', title: 'Novice' }),
        app: (session) => of(`${session.user?.title} ${session.user?.handle}`),
        scheduler: m.scheduler,
      });
      manager.run(m.hot<Connection>('a', { a: connection })).subscribe();
      m.flush();

      expect(connection.screen).toContain('Novice ann');
    }),
  );

  it(
    'ends a session by its id, and returns whether there was one',
    marbles((m) => {
      const manager = createSessionManager({ app: echo, scheduler: m.scheduler });
      const connection = fakeConnection(NEVER);
      const reasons: string[] = [];
      manager.event$.subscribe((event) => event.type === 'sessionClosing' && reasons.push(event.reason));
      const running = manager.run(m.hot<Connection>('a', { a: connection })).subscribe();
      m.scheduler.schedule(() => {
        expect(manager.kick(1)).toBe(true);
        expect(manager.kick(2)).toBe(false);
        running.unsubscribe();
      }, 5);
      m.flush();

      expect(reasons).toEqual(['kicked']);
    }),
  );

  it(
    "broadcasts the sysop's text, without control characters, to all callers who have logged in",
    marbles((m) => {
      const manager = createSessionManager({ app: echo, scheduler: m.scheduler });
      const ann = fakeConnection(m.hot('--a', { a: 'ann\r' }), { type: 'xterm', echo: true });
      const bob = fakeConnection(NEVER);
      const running = manager.run(m.hot<Connection>('(ab)', { a: ann, b: bob })).subscribe();
      m.scheduler.schedule(() => {
        expect(manager.broadcast('Cake\x1b[2J\n in the kitchen')).toBe(1);
        running.unsubscribe();
      }, 5);
      m.flush();

      expect(ann.screen).toContain('\x1b[1;7m*** Cake[2J in the kitchen ***\x1b[0m\n');
      expect(bob.screen).toBe('Handle: ');
    }),
  );

  it('treats an undefined option as left out', () => {
    const manager = createSessionManager({ app: echo, maxSessions: undefined as never });
    const types: string[] = [];
    manager.event$.subscribe(({ type }) => types.push(type));

    manager
      .run(concat(of<Connection[]>(fakeConnection(NEVER)), NEVER))
      .subscribe()
      .unsubscribe();

    expect(types).toEqual(['sessionOpened']);
  });

  it("resolves a shutdown with no report when it isn't running", async () => {
    const manager = createSessionManager({ app: echo });

    expect(await manager.shutdown()).toEqual({ reason: 'not running', drained: 0, forced: 0, durationMs: 0 });
  });

  it('resolves a shutdown and completes its events when run is unsubscribed', async () => {
    const manager = createSessionManager({ app: echo });
    const completed = jasmine.createSpy();
    manager.event$.subscribe({ complete: completed });
    const stays = fakeConnection(NEVER, { lingers: true });
    const running = manager.run(of<Connection>(stays)).subscribe();
    const report = manager.shutdown('later');

    running.unsubscribe();

    expect((await report).drained).toBe(0);
    expect(completed).toHaveBeenCalledOnceWith();
    expect(manager.sessions.size).toBe(0);
  });

  it('decodes a letter cut in two, separately for each caller', () => {
    const manager = createSessionManager({ app: echo });
    const [before, after] = [Buffer.from('Zoë\r').subarray(0, 3), Buffer.from('Zoë\r').subarray(3)];
    const [zoe, ann] = [fakeConnection(NEVER), fakeConnection(NEVER)];
    const handles: string[] = [];
    manager.event$.subscribe(
      (event: ServerEvent) => event.type === 'sessionAuthenticated' && handles.push(event.handle),
    );
    const typing = { ...zoe, input$: concat(of(before, after), NEVER) };
    const other = { ...ann, input$: concat(of(Buffer.from('ann\r')), NEVER) };
    const caller$ = new Subject<Connection>();

    const running = manager.run(caller$).subscribe();
    caller$.next(typing);
    caller$.next(other);
    running.unsubscribe();

    expect(handles).toEqual(['Zoë', 'ann']);
  });

  it("decodes input in the terminal's encoding, once that is known", () => {
    const manager = createSessionManager({
      app: (session) => session.line$.pipe(map((line) => `<${line}>`)),
    });
    const fake = fakeConnection(NEVER);
    const typed = new Subject<Uint8Array>();
    let terminal = fake.terminal;
    const zoe: Connection = {
      ...fake,
      input$: typed,
      get terminal() {
        return terminal;
      },
    };
    const running = manager.run(concat(of<Connection[]>(zoe), NEVER)).subscribe();

    typed.next(Buffer.from('Zoë\ré\r'));
    terminal = { ...terminal, encoding: 'cp437' };
    typed.next(Uint8Array.of(0x82, 0x0d));
    running.unsubscribe();

    expect(fake.screen).toContain('<é><é>');
  });
});

describe('a login that frees a node for a waiting caller', () => {
  it("is reported before that caller's session", () => {
    const manager = createSessionManager({
      app: () => NEVER,
      maxSessions: 1,
      maxUnauthenticated: { start: 2, rate: 0, full: 2 },
      maxPerAddress: null,
    });
    const typed = new Subject<string>();
    const calls = new Subject<Connection>();
    const told: string[] = [];
    const running = manager
      .run(calls)
      .subscribe((event) => 'session' in event && told.push(`${event.session} ${event.type}`));
    calls.next(fakeConnection(typed));
    for (let waiting = 0; waiting < 2; waiting += 1) calls.next(fakeConnection(NEVER));
    manager.setLimits({ maxSessions: 5 });
    told.length = 0;

    typed.next('ann\r');

    running.unsubscribe();
    expect(told).toEqual(['1 sessionAuthenticated', '3 sessionOpened']);
  });
});

describe('DEFAULT_LIMITS', () => {
  it("are the command line's defaults", () => {
    const settings = SETTINGS as Record<string, Setting>;
    const defaults = Object.keys(DEFAULT_LIMITS).map((name) => [
      name,
      settings[name]?.parse(settings[name].default),
    ]);

    expect(Object.fromEntries(defaults)).toEqual(DEFAULT_LIMITS);
  });
});
