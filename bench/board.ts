/** The board of `bench/load.ts`: an echo app. Its parent process asks it for figures. */
import { concat, map, of } from 'rxjs';
import { createImpulse } from '../lib/index.js';

const impulse = createImpulse({
  port: 0,
  maxSessions: 1000,
  connectionRate: null,
  connectionRatePerAddress: null,
  maxPerAddress: null,
  maxUnauthenticated: null,
  penalties: false,
  app: (session) =>
    concat(of(`hi ${session.user?.handle}\n`), session.line$.pipe(map((line) => `${line}\n`))),
});
let opened = 0;
let closed = 0;
const reasons: Record<string, number> = {};
impulse.event$.subscribe((event) => {
  if (event.type === 'sessionOpened') opened += 1;
  if (event.type !== 'sessionClosed') return;
  closed += 1;
  reasons[event.reason] = (reasons[event.reason] ?? 0) + 1;
});

process.on('message', async (order) => {
  if (order === 'stop') {
    await impulse.shutdown('stop');
    return process.disconnect();
  }
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({
    heapKiB: Math.round(heapUsed / 1024),
    rssKiB: Math.round(rss / 1024),
    sessions: impulse.sessions.size,
    handles: process.getActiveResourcesInfo().length,
    opened,
    closed,
    reasons,
  });
});
const { port } = await impulse.start();
process.send?.(port);
