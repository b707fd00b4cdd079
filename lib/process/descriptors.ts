import { closeSync, openSync } from 'node:fs';
import { distinctUntilChanged, interval, map, type Observable, type SchedulerLike, skipWhile } from 'rxjs';
import { monotonic } from './monotonic.js';

/** The interval of the checks. */
const DESCRIPTORS_MS = 1000;

/**
 * Watches whether this process can open files, and so accept callers. Emits `false` when it no longer can,
 * and `true` when it can again. Meanwhile Node closes new connections without reporting it. Never completes.
 *
 * @param open Opens a file and closes it; throws if it can't.
 */
export function descriptors(
  scheduler: SchedulerLike = monotonic,
  open: () => void = openNothing,
): Observable<boolean> {
  return interval(DESCRIPTORS_MS, scheduler).pipe(
    map(() => isFree(open)),
    distinctUntilChanged(),
    skipWhile((free) => free),
  );
}

function isFree(open: () => void): boolean {
  try {
    open();
    return true;
  } catch (error) {
    // Other errors say nothing about accepting callers.
    return !isOutOfDescriptors(error);
  }
}

/**
 * Returns whether an error means that the process (EMFILE) or the whole machine (ENFILE) is out of
 * descriptors.
 */
export function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}

function openNothing(): void {
  closeSync(openSync('/dev/null', 'r'));
}
