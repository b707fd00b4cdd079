import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** When the process began. Looked up once, since it is asked for at each byte that comes. */
const { timeOrigin } = performance;

let turnsNow: number | undefined;
const turnIsOver = () => {
  turnsNow = undefined;
};

/**
 * The clock of a board: whole milliseconds since 1970 that never jump when the wall clock is set, as those of RxJS's
 * own `asyncScheduler` do. Within one turn of the loop it stands still, like the clock that Node's timers go by: a board
 * with a thousand lively callers asks it a hundred thousand times a second. Work is scheduled as there.
 */
export const monotonic: SchedulerLike = {
  now() {
    if (turnsNow !== undefined) return turnsNow;
    turnsNow = Math.floor(timeOrigin + performance.now());
    setImmediate(turnIsOver);
    return turnsNow;
  },
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
};
