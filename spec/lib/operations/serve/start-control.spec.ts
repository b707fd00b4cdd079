import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  BehaviorSubject,
  firstValueFrom,
  type Observable,
  Subject,
  type Subscription,
  VirtualTimeScheduler,
} from 'rxjs';
import type { Impulse } from '../../../../lib/create-impulse.js';
import { ask } from '../../../../lib/operations/control/ask.js';
import type { Log } from '../../../../lib/operations/log.js';
import { SOCKET_CHECK_MS, startControl } from '../../../../lib/operations/serve/start-control.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import { EMPTY_STATS } from '../../../../streams/events/stats.js';
import type { ServerEvent } from '../../../../streams/types/events.js';
import { temporaryFolder } from '../../../support/cheap-accounts.js';

describe('startControl', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let running: Subscription;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    running.unsubscribe();
    folder.remove();
  });

  /** A board that listens, with a clock that the spec advances. */
  function board(path: string) {
    const scheduler = new VirtualTimeScheduler();
    const event$ = new Subject<ServerEvent>();
    const opened = new Subject<string>();
    const logged: string[] = [];
    const write = (event: string) => void logged.push(event);
    const log: Log = {
      event: () => {},
      debug: (event) => opened.next(event),
      info: write,
      warn: write,
      error: write,
    };
    const impulse = { event$: event$ as Observable<ServerEvent>, sessions: new Map() } as unknown as Impulse;
    const figures = new BehaviorSubject(EMPTY_STATS);
    const closing = { leftMs: null } as Parameters<typeof startControl>[1]['closing'];
    const parts = { impulse, bus: embeddedBus(), closing, stats: () => figures.value };
    running = startControl(path, parts, log, scheduler).subscribe();
    const isOpen = firstValueFrom(opened);
    event$.next({ type: 'serverListening', host: '127.0.0.1', port: 2323 });
    const pass = (ms: number) => {
      scheduler.maxFrames = scheduler.frame + ms;
      scheduler.flush();
    };
    return { isOpen, opened, logged, pass };
  }
  const callersAt = (path: string) => firstValueFrom(ask(path, { command: 'who' }));

  it('recreates a deleted socket, for its owner alone, and logs it', async () => {
    const path = join(folder.path, 'board.sock');
    const { isOpen, opened, logged, pass } = board(path);
    await isOpen;
    rmSync(path);
    const isOpenAgain = firstValueFrom(opened);

    pass(SOCKET_CHECK_MS);
    await isOpenAgain;

    expect(await callersAt(path)).toEqual({ callers: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(logged).toEqual(['controlGone']);
  });

  it('recreates it each time', async () => {
    const path = join(folder.path, 'board.sock');
    const { isOpen, opened, pass } = board(path);
    await isOpen;
    for (let time = 0; time < 3; time += 1) {
      rmSync(path);
      const isOpenAgain = firstValueFrom(opened);
      pass(SOCKET_CHECK_MS);
      await isOpenAgain;
      expect(existsSync(path)).toBeTrue();
    }
  });

  it('leaves an existing socket alone', async () => {
    const path = join(folder.path, 'board.sock');
    const { isOpen, logged, pass } = board(path);
    await isOpen;
    const { ino } = statSync(path);
    pass(100 * SOCKET_CHECK_MS);
    expect(statSync(path).ino).toBe(ino);
    expect(logged).toEqual([]);
  });

  it('retries while the folder is missing, and logs it once', async () => {
    const path = join(folder.path, 'gone', 'board.sock');
    mkdirSync(join(folder.path, 'gone'));
    const { isOpen, opened, logged, pass } = board(path);
    await isOpen;
    rmSync(join(folder.path, 'gone'), { recursive: true });
    for (let time = 0; time < 5; time += 1) {
      pass(SOCKET_CHECK_MS);
      await new Promise(setImmediate);
    }
    expect(logged).toEqual(['controlGone', 'controlFailed']);

    mkdirSync(join(folder.path, 'gone'));
    const isOpenAgain = firstValueFrom(opened);
    pass(SOCKET_CHECK_MS);
    await isOpenAgain;

    expect(await callersAt(path)).toEqual({ callers: [] });
  });
});
