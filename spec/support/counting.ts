import type { SchedulerLike, Subscription } from 'rxjs';

/** A scheduler that counts its timers. */
export interface CountingScheduler extends SchedulerLike {
  /** The number of running timers. */
  readonly running: number;
  /** The number of timers ever set. A repeating one counts once. */
  readonly started: number;
}

/** Counts the timers set on `scheduler`. */
export function counting(scheduler: SchedulerLike): CountingScheduler {
  const schedule = scheduler.schedule.bind(scheduler) as (...work: unknown[]) => Subscription;
  let running = 0;
  let started = 0;
  return {
    get running() {
      return running;
    },
    get started() {
      return started;
    },
    now: () => scheduler.now(),
    schedule(...work: unknown[]) {
      running += 1;
      started += 1;
      const action = schedule(...work);
      action.add(() => {
        running -= 1;
      });
      return action;
    },
  };
}
