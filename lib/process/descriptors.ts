import { closeSync, openSync } from 'node:fs';
import { distinctUntilChanged, interval, map, type Observable, type SchedulerLike, skipWhile } from 'rxjs';
import { monotonic } from './monotonic.js';

/** How often it is tried. */
const DESCRIPTORS_MS = 1000;

/**
 * Whether this process can open files, and so take callers: emits `false` when it can't any more, and `true` when it can
 * again. Node hangs up on those who call meanwhile, without a word to anybody. Never completes.
 *
 * @param open Opens a file and closes it; throws if that can't be done.
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
    // Anything else isn't about callers.
    return !isOutOfDescriptors(error);
  }
}

/** Whether something failed since the process (EMFILE) or the whole machine (ENFILE) has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}

function openNothing(): void {
  closeSync(openSync('/dev/null', 'r'));
}
