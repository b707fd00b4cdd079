import { interval, type SchedulerLike, type Subscription } from 'rxjs';

/** Something that is due at a time, in a caller's life. */
export interface Deadline {
  /** When {@link Deadline.due} is to be called, in the scheduler's milliseconds; `Infinity` for never. */
  dueAt: number;
  /** Called at the first tick at or after `dueAt`, and at each tick from then on until `dueAt` is moved. */
  due(now: number): void;
}

/** Watches deadlines; call what it returns to stop watching this one. */
export type Sweep = (deadline: Deadline) => () => void;

/**
 * One shared tick for all the deadlines of a board: ten thousand idle callers cost one timer, and a comparison
 * each per tick. The tick runs only while there is something to watch.
 *
 * @param tickMs How late a deadline may be noticed.
 */
export function sweep(tickMs: number, scheduler: SchedulerLike): Sweep {
  const deadlines = new Set<Deadline>();
  let tick: Subscription | undefined;

  const look = () => {
    const now = scheduler.now();
    for (const deadline of deadlines) if (deadline.dueAt <= now) deadline.due(now);
  };

  return (deadline) => {
    deadlines.add(deadline);
    tick ??= interval(tickMs, scheduler).subscribe(look);
    return () => {
      deadlines.delete(deadline);
      if (deadlines.size > 0) return;
      tick?.unsubscribe();
      tick = undefined;
    };
  };
}
