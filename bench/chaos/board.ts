/** The board of `bench/chaos.ts`, as it is built: its app fails where the caller's handle says, and a parent may ask for its figures. */
import { readdirSync } from 'node:fs';
import { concat, config, interval, map, mergeMap, of, throwError } from 'rxjs';
import type * as library from '../../lib/index.js';
import type { App } from '../../lib/index.js';
import { BREAKS, breaks } from './breaks.js';

const built = new URL('../../dist/lib/index.js', import.meta.url).href;
const { createImpulse, guest } = (await import(built)) as typeof library;

/** What a well-behaved caller says that is more than a line. */
const WORDS: Readonly<Record<string, App>> = {
  throw: breaks,
  much: () => interval(1).pipe(map(() => 'x'.repeat(64 * 1024))),
};
const talk: App = (session, services) =>
  concat(
    of(`Welcome, ${session.user?.handle}!\n`),
    session.line$.pipe(mergeMap((line) => WORDS[line]?.(session, services) ?? of(`${line}\n`))),
  );
const app: App = (session, services) => (BREAKS[placeOf(session.user?.handle)] ?? talk)(session, services);
/** `line 7` is the seventh caller whose app breaks at a line. */
const placeOf = (handle = '') => handle.replace(/ \d+$/, '');

const impulse = createImpulse({
  port: 0,
  maxSessions: 2000,
  connectionRate: null,
  connectionRatePerAddress: null,
  maxPerAddress: null,
  maxUnauthenticated: null,
  penalties: false,
  app,
  authenticate: (session, services) =>
    guest(session, services).pipe(
      mergeMap((user) =>
        placeOf(user.handle) === 'login' ? throwError(() => new Error('planted')) : of(user),
      ),
    ),
});
const endings: Record<string, number> = {};
impulse.event$.subscribe((event) => {
  if (event.type === 'sessionClosed') endings[event.reason] = (endings[event.reason] ?? 0) + 1;
});
let failedTeardowns = 0;
impulse.event$.subscribe((event) => {
  if (event.type === 'callbackFailed') failedTeardowns += 1;
});
let unheard = 0;
config.onUnhandledError = () => {
  unheard += 1;
};
const { port } = await impulse.start();

// Ends with its parent.
const abandoned = () => process.exit(1);
process.once('disconnect', abandoned);
process.on('message', async (order) => {
  if (order === 'stop') {
    process.off('disconnect', abandoned);
    await impulse.shutdown('stop', { force: true });
    return process.disconnect();
  }
  // What a turn of the loop leaves behind is gone after a few.
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  process.send?.({
    sessions: impulse.sessions.size,
    resources,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    files: readdirSync('/proc/self/fd').length,
    heapKiB: Math.round(process.memoryUsage().heapUsed / 1024),
    endings,
    failedTeardowns,
    unheard,
  } satisfies Figures);
});
process.send?.(port);

/** What the board has open, and how its calls ended. */
export interface Figures {
  readonly sessions: number;
  /** What keeps the process alive, by its kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** Of the process. */
  readonly listeners: number;
  readonly files: number;
  readonly heapKiB: number;
  readonly endings: Readonly<Record<string, number>>;
  /** Apps that threw when they were left. */
  readonly failedTeardowns: number;
  /** Errors that reached `config.onUnhandledError`. */
  readonly unheard: number;
}
