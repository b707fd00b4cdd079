import { performance } from 'node:perf_hooks';
import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** When the process began. Looked up once, since the time is asked for at every packet. */
const { timeOrigin } = performance;

/**
 * The clock of a board: whole milliseconds since 1970 that never jump when the wall clock is set, as those of RxJS's
 * own `asyncScheduler` do. Work is scheduled as there.
 */
export const monotonic: SchedulerLike = {
  now: () => Math.floor(timeOrigin + performance.now()),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};
