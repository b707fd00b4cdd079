import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { config, takeUntil, timer } from 'rxjs';
import type { App } from '../../lib/index.js';
import { fakeServices, fakeSession, inVirtualTime } from '../../lib/testing/index.js';
import { endBoards } from './board-for-examples.js';

// Runs the examples in a folder, one after another, in a process of their own: a line for each on standard error, with
// what went wrong. What an example defines and doesn't use, is used here: an app has a caller who types and presses keys.

/** An example takes no longer than that, or is stuck. */
const PATIENCE_MS = 20_000;

/** A call that is tried out lasts for two hours and a bit. */
const CALL_MS = 7_300_000;

const [folder = '.'] = process.argv.slice(2);

/** An authenticator is tried out as well: what it emits is no text, and isn't shown. */
function tryOut(app: App): void {
  inVirtualTime((m) => {
    const typed = { line$: '-a-b 10s c 120m |', lines: { a: 'hello', b: 'ann', c: 'bye' } };
    const keys = { key$: '-x-q 120m |', keys: { x: 'up', q: 'q' } };
    for (const caller of [typed, keys]) {
      const session = fakeSession(m, caller);
      // As a board does: an app is left when the call is over.
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
    // Whatever is thrown behind its back comes by then.
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
