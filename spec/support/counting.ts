import type { SchedulerLike, Subscription } from 'rxjs';

/** A clock that knows how many timers hang on it. */
export interface CountingScheduler extends SchedulerLike {
  /** Timers that run at this moment. */
  readonly running: number;
  /** Timers that were ever set; one that repeats counts once. */
  readonly started: number;
}

/** Counts the timers that are set on `scheduler`. */
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
