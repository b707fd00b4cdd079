import { writeSync } from 'node:fs';
import { painter } from '../colour.js';
import type { Config } from '../config/settings.js';
import { createLog, type Log } from '../log.js';
import { messageOf } from '../message-of.js';
import { logSink } from '../process/log-sink.js';
import { stderrDescriptor } from '../process/stderr-descriptor.js';

/** The log of a board, and its end. */
export interface StderrLog {
  readonly log: Log;
  /** Resolves when the last line is written, or soon if nothing reads it. */
  end(): Promise<void>;
}

/**
 * The log that `impulse serve` writes to stderr. Nothing waits for its reader: while that stands still lines are kept, up to a
 * bound, and then dropped, and the log says how many. Node's own warnings are lines of it too, since Node would wait.
 */
export function logToStderr({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): StderrLog {
  const descriptor = stderrDescriptor();
  const sink = logSink((bytes) => writeSync(descriptor, bytes));
  const log = createLog({
    level: logLevel,
    format: logFormat,
    write: sink.write,
    paint: painter(process.stderr),
  });
  sink.dropped$.subscribe((count) => log.warn('linesDropped', linesDropped(count)));
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn('nodeWarning', messageOf(warning)));
  return { log, end: sink.end };
}

const linesDropped = (count: number): string =>
  count === 1
    ? '1 line of the log was dropped here: its reader stood still'
    : `${count} lines of the log were dropped here: its reader stood still`;
