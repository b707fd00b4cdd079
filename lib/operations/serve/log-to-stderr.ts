import { writeSync } from 'node:fs';
import type { Config } from '../../config/settings.js';
import { logSink } from '../../process/log-sink.js';
import { stderrDescriptor } from '../../process/stderr-descriptor.js';
import { painter } from '../../text/colour.js';
import { messageOf } from '../../text/message-of.js';
import { createLog, type Log } from '../log.js';

/** The log of a board, and how to end it. */
export interface StderrLog {
  readonly log: Log;
  /** Resolves when the last line is written, or soon if it isn't read. */
  end(): Promise<void>;
}

/**
 * Creates the log of `impulse serve`, which writes to stderr. Never waits for the reader of stderr: lines are
 * buffered up to a bound and then dropped, and the log says how many. Node's own warnings go through it too,
 * since Node would block on writing them.
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
    ? '1 line of the log was dropped here: stderr was not read'
    : `${count} lines of the log were dropped here: stderr was not read`;
