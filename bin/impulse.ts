#!/usr/bin/env node
import { ReplaySubject } from 'rxjs';
import { signals } from '../lib/signals.js';

// Before anything else: from here on a signal is an order, never the end of the process in the middle of its start.
const signal$ = new ReplaySubject<NodeJS.Signals>();
signals(['SIGINT', 'SIGTERM']).subscribe(signal$);

const { run } = await import('./commands.js');
process.exitCode = await run(process.argv.slice(2), signal$);
