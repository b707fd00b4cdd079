/** The board of `bench/chaos.ts`, as it is built: its app fails at a word, and a parent may ask for its figures. */
import { readdirSync } from 'node:fs';
import {
  concat,
  defer,
  finalize,
  interval,
  map,
  mergeMap,
  type Observable,
  of,
  throwError,
  timer,
} from 'rxjs';
import type * as library from '../../lib/index.js';
import type { App } from '../../lib/index.js';

const built = new URL('../../dist/lib/index.js', import.meta.url).href;
const { createImpulse } = (await import(built)) as typeof library;

const breaks = (): never => {
  throw new Error('planted');
};

/** What goes wrong at which word, or is too much. */
const BREAKS: Readonly<Record<string, (session: Parameters<App>[0]) => Observable<string>>> = {
  throw: breaks,
  fail: () => throwError(() => new Error('planted')),
  later: () => timer(20).pipe(map(breaks)),
  teardown: () => timer(3_600_000).pipe(map(String), finalize(breaks)),
  much: () => interval(1).pipe(map(() => 'x'.repeat(64 * 1024))),
  nonsense: () => of(42 as unknown as string),
  tab: (session) => defer(() => session.completeWith(breaks)),
};
const app: App = (session) =>
  concat(
    of(`Welcome, ${session.user?.handle}!\n`),
    session.line$.pipe(mergeMap((line) => BREAKS[line]?.(session) ?? of(`${line}\n`))),
  );

const impulse = createImpulse({
  port: 0,
  maxSessions: 2000,
  connectionRate: null,
  connectionRatePerAddress: null,
  maxPerAddress: null,
  maxUnauthenticated: null,
  penalties: false,
  app,
});
let unheard = 0;
let slow = 0;
impulse.event$.subscribe((event) => {
  if (event.type === 'sessionClosed' && event.reason === 'slow') slow += 1;
});
process.on('uncaughtException', () => {
  unheard += 1;
});
const { port } = await impulse.start();

process.on('message', async (order) => {
  if (order === 'stop') {
    await impulse.shutdown('stop', { force: true });
    return process.disconnect();
  }
  // What a turn of the loop leaves behind is gone after a few.
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  const resources = process.getActiveResourcesInfo();
  process.send?.({
    sessions: impulse.sessions.size,
    timers: resources.filter((name) => name === 'Timeout').length,
    handles: resources.length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    files: readdirSync('/proc/self/fd').length,
    heapKiB: Math.round(process.memoryUsage().heapUsed / 1024),
    unheard,
    slow,
  } satisfies Figures);
});
process.send?.(port);

/** What the board has open. */
export interface Figures {
  readonly sessions: number;
  readonly timers: number;
  readonly handles: number;
  readonly listeners: number;
  readonly files: number;
  readonly heapKiB: number;
  /** Errors that ended up with nobody. */
  readonly unheard: number;
  /** Callers who were closed since they didn't read. */
  readonly slow: number;
}
