import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { config, takeUntil, timer } from 'rxjs';
import type { App } from '../../lib/index.js';
import { fakeServices, fakeSession, inVirtualTime } from '../../lib/testing/index.js';
import { endBoards } from './board-for-examples.js';

// Runs the examples in a folder, one after another, in a separate process. Prints a line for each on standard error, with
// its error. What an example defines and doesn't use is used here: an app gets a caller who types and presses keys.

/** The time limit for an example. */
const PATIENCE_MS = 20_000;

/** The length of a trial session: a little more than two hours. */
const CALL_MS = 7_300_000;

const [folder = '.'] = process.argv.slice(2);

/** Authenticators are run too. Their users aren't text, and aren't written. */
function tryOut(app: App): void {
  inVirtualTime((m) => {
    const typed = { line$: '-a-b 10s c 120m |', lines: { a: 'hello', b: 'ann', c: 'bye' } };
    const keys = { key$: '-x-q 120m |', keys: { x: 'up', q: 'q' } };
    for (const caller of [typed, keys]) {
      const session = fakeSession(m, caller);
      // As on a board, an app is unsubscribed when the session ends.
      const said$ = app(session, fakeServices(m, [session])).pipe(takeUntil(timer(CALL_MS)));
      said$.subscribe((output) => {
        if (typeof output === 'string' || output instanceof Uint8Array) session.write(output);
      });
    }
    m.flush();
  });
}

const told: unknown[] = [];
const tell = (error: unknown) => told.push(error);
config.onUnhandledError = tell;
process.on('unhandledRejection', tell).on('uncaughtException', tell);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.mts'))) {
  const stuck = setTimeout(() => {
    process.stderr.write(`${name}: takes longer than ${PATIENCE_MS} ms\n`);
    process.exit(1);
  }, PATIENCE_MS);
  try {
    const defined: Record<string, unknown> = await import(join(folder, name));
    for (const app of Object.values(defined)) if (typeof app === 'function') tryOut(app as App);
    await endBoards();
    // Unhandled errors are reported by then.
    await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    tell(error);
  }
  clearTimeout(stuck);
  const [problem] = told.splice(0);
  const words = problem instanceof Error ? problem.stack : String(problem);
  process.stderr.write(problem === undefined ? `${name}: ran\n` : `${name}: ${words}\n`);
}
process.exit(0);
