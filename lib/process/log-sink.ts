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

/** Takes bytes and returns how many it took. Throws as `fs.writeSync` does; with `EAGAIN` when it would have to wait. */
export type WriteBytes = (bytes: Uint8Array) => number;

/** Where the lines of a log go. */
export interface LogSink {
  /** Takes a finished line, with its newline. Never waits and never throws. */
  write(line: string): void;
  /** How many lines were dropped, each time there is room again. */
  readonly dropped$: Observable<number>;
  /** Resolves when all is written, or soon if nothing reads it. What is written later is tried once. */
  end(): Promise<void>;
}

/** Text that may wait for a reader; further lines are dropped. */
export const MAX_WAITING_BYTES = 1024 * 1024;

/** How often a reader that was full is tried again. */
const RETRY_MS = 50;

/** How long a place that fails in another way, such as a full disk, is left alone. */
const FAILED_MS = 1000;

/** How long the last lines may take. */
const LAST_MS = 500;

/** Makes a sink that neither waits nor grows, whatever becomes of the reader: the board goes on, and lines are dropped. */
export function logSink(writeBytes: WriteBytes, scheduler: SchedulerLike = monotonic): LogSink {
  const drops = new Subject<number>();
  const drains = new Subject<void>();
  const retrying = new Subscription();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  /** A full reader is tried again at its time, and no line before that. */
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
      // Once one was dropped all are until there is room, so that the gap is one, and told.
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
