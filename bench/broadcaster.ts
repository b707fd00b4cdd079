/** The built board for `bench/door.ts`: sends 10,000 lines of 1,000 letters to all callers. */
import { map } from 'rxjs';
import type * as library from '../lib/index.js';

const LINES = 10_000;

const built = new URL('../dist/lib/index.js', import.meta.url).href;
const { createImpulse } = (await import(built)) as typeof library;
let say: (line: string) => void = () => {};
const impulse = createImpulse({
  port: 0,
  connectionRate: null,
  connectionRatePerAddress: null,
  maxPerAddress: null,
  maxUnauthenticated: null,
  penalties: false,
  app: (_session, { bus }) => {
    say = (line) => bus.publish('all', line);
    return bus.channel$('all').pipe(map((line) => `${line}\n`));
  },
});
const reasons: Record<string, number> = {};
impulse.event$.subscribe((event) => {
  if (event.type === 'sessionClosed') reasons[event.reason] = (reasons[event.reason] ?? 0) + 1;
});
const residentMiB = () => Math.round(process.memoryUsage().rss / 1024 ** 2);

process.on('message', async () => {
  const before = residentMiB();
  let most = before;
  for (let line = 1; line <= LINES; line += 1) {
    say(`${line} ${'x'.repeat(1000)}`);
    // A pause after every ten lines, so that callers who read can keep up.
    if (line % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    most = Math.max(most, residentMiB());
  }
  setTimeout(() => process.send?.({ reasons, before, most, after: residentMiB() }), 1000);
});
process.on('disconnect', () => process.exit());
const { port } = await impulse.start();
process.send?.(port);
