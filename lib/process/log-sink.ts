import {
  firstValueFrom,
  type Observable,
  race,
  type SchedulerLike,
  Subject,
  Subscription,
  timer,
} from 'rxjs';
import { monotonic } from './monotonic.js';

/**
 * Writes bytes and returns how many were written. Throws like `fs.writeSync`, with `EAGAIN` when it would
 * block.
 */
export type WriteBytes = (bytes: Uint8Array) => number;

/** The destination of a log's lines. */
export interface LogSink {
  /** Writes a finished line, including its newline. Never blocks and never throws. */
  write(line: string): void;
  /** Emits the number of dropped lines, each time there is room again. */
  readonly dropped$: Observable<number>;
  /** Resolves when everything is written, or soon if it isn't read. Later lines are tried once. */
  end(): Promise<void>;
}

/** The most bytes that are buffered; further lines are dropped. */
export const MAX_WAITING_BYTES = 1024 * 1024;

/** The delay before a full reader is tried again. */
const RETRY_MS = 50;

/** The delay after any other error, such as a full disk. */
const FAILED_MS = 1000;

/** How long the last lines may take. */
const LAST_MS = 500;

/**
 * Creates a sink that never blocks and has a bounded buffer. If the reader stops, the board runs on and lines
 * are dropped.
 */
export function logSink(writeBytes: WriteBytes, scheduler: SchedulerLike = monotonic): LogSink {
  const drops = new Subject<number>();
  const drains = new Subject<void>();
  const retrying = new Subscription();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  /** Set while waiting to retry; no line is written meanwhile. */
  let isFull = false;
  let failedAt = Number.NEGATIVE_INFINITY;

  const flush = () => {
    try {
      while (waitingBytes > 0) {
        const bytes = waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting);
        waiting = [bytes];
        const taken = writeBytes(bytes);
        waitingBytes -= taken;
        waiting = waitingBytes > 0 ? [bytes.subarray(taken)] : [];
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') tryAgainLater();
      else failedAt = scheduler.now();
    }
    if (waitingBytes === 0) drains.next();
    tellDropped();
  };
  const tryAgainLater = () => {
    if (retrying.closed) return;
    isFull = true;
    retrying.add(
      scheduler.schedule(() => {
        isFull = false;
        flush();
      }, RETRY_MS),
    );
  };
  const tellDropped = () => {
    if (dropped === 0 || waitingBytes > MAX_WAITING_BYTES / 2) return;
    const count = dropped;
    dropped = 0;
    drops.next(count);
  };

  return {
    dropped$: drops.asObservable(),
    write(line) {
      const bytes = Buffer.from(line);
      // After one dropped line all are dropped until there is room, so that the log has one gap, which it
      // reports.
      if (dropped > 0 || waitingBytes + bytes.length > MAX_WAITING_BYTES) dropped += 1;
      else {
        waiting.push(bytes);
        waitingBytes += bytes.length;
      }
      if (!isFull && scheduler.now() - failedAt >= FAILED_MS) flush();
    },
    async end() {
      if (!isFull) flush();
      if (isFull) await firstValueFrom(race(drains, timer(LAST_MS, scheduler)), { defaultValue: undefined });
      retrying.unsubscribe();
      isFull = false;
    },
  };
}
