#!/usr/bin/env node
import { holdSignals } from '../lib/process/signals.js';

// Before anything else is loaded: from now on a signal can't kill the process in the middle of its start.
const hearSignals = holdSignals();

// When Node exits by itself it removes the handlers first, and a signal would then kill the process.
process.on('beforeExit', (code) => process.exit(code));

// The reader of our output may stop reading (EPIPE), which isn't an error.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.stderr.write(`impulse: can't write the output: ${message}\n`);
  process.exit(code === 'EPIPE' ? 0 : 1);
});

const { ReplaySubject } = await import('rxjs');
const signal$ = new ReplaySubject<NodeJS.Signals>();
hearSignals((signal) => signal$.next(signal));

const { run } = await import('./program.js');
// A signal that came meanwhile is heard in the next turn of the loop, and the board must not listen before.
await new Promise((resolve) => setImmediate(resolve));
process.exitCode = await run(process.argv.slice(2), signal$);
