import { asyncScheduler, type SchedulerLike } from 'rxjs';

/**
 * The clock of a board: whole milliseconds since 1970 that never jump when the wall clock is set, as those of RxJS's
 * own `asyncScheduler` do. Work is scheduled as there.
 */
export const monotonic: SchedulerLike = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};
