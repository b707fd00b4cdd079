#!/usr/bin/env node
import { holdSignals } from '../lib/process/hold-signals.js';

// Before anything else is even loaded: from here on a signal is an order, never the end of the process in the middle of its start.
const hearSignals = holdSignals();

// On its way out by itself Node takes the handlers away, a moment before its end: a signal then would be the end of it.
process.on('beforeExit', (code) => process.exit(code));

// Whoever reads our output may stop reading (EPIPE); that is no failure of ours.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.stderr.write(`impulse: can't write the output: ${message}\n`);
  process.exit(code === 'EPIPE' ? 0 : 1);
});

const { ReplaySubject } = await import('rxjs');
const signal$ = new ReplaySubject<NodeJS.Signals>();
hearSignals((signal) => signal$.next(signal));

const { run } = await import('./program.js');
process.exitCode = await run(process.argv.slice(2), signal$);
