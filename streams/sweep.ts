import { type SchedulerLike, type Subscription, timer } from 'rxjs';

/** Something that is due at a time, in a caller's life. */
export interface Deadline {
  /** When {@link Deadline.due} is to be called, in the scheduler's milliseconds; `Infinity` for never. */
  dueAt: number;
  /** The sweep's own: at which of its ticks this is looked at. */
  tick: number;
  /**
   * Called at the first tick at or after `dueAt`, and at each tick from then on until `dueAt` is moved. It is moved here,
   * or by watching the deadline again.
   */
  due(now: number): void;
}

/** Watches deadlines. */
export interface Sweep {
  /** Begins to watch, or looks again when it is due. */
  watch(deadline: Deadline): void;
  /** Stops watching; does nothing if it isn't watched. */
  leave(deadline: Deadline): void;
}

/**
 * One shared clock for all the deadlines of a board. It ticks each `tickMs` from the first deadline on, but wakes only for
 * ticks at which something is due: ten thousand idle callers cost one timer, and an entry each in the set of a tick.
 *
 * @param tickMs How late a deadline may be noticed, in milliseconds.
 */
export function sweep(tickMs: number, scheduler: SchedulerLike): Sweep {
  const ticks = new Map<number, Set<Deadline>>();
  let startedAt: number | undefined;
  let next = Number.POSITIVE_INFINITY;
  let alarm: Subscription | undefined;

  const since = (at: number) => {
    startedAt ??= at;
    return (at - startedAt) / tickMs;
  };
  const put = (deadline: Deadline, behind: number) => {
    if (deadline.dueAt === Number.POSITIVE_INFINITY) return;
    deadline.tick = Math.max(behind + 1, Math.ceil(since(deadline.dueAt)));
    const those = ticks.get(deadline.tick);
    if (those) those.add(deadline);
    else ticks.set(deadline.tick, new Set([deadline]));
  };
  const look = () => {
    const now = scheduler.now();
    // A timer may be a hair early, or late by more than a tick.
    const last = Math.max(next, Math.floor(since(now)));
    const due = [...ticks.keys()].filter((tick) => tick <= last).sort((one, other) => one - other);
    for (const tick of due) {
      const those = ticks.get(tick) ?? new Set();
      // Whoever leaves meanwhile leaves the set.
      for (const deadline of those) {
        deadline.due(now);
        if (those.delete(deadline)) put(deadline, last);
      }
      ticks.delete(tick);
    }
    setAlarm(now);
  };
  const setAlarm = (now: number) => {
    alarm?.unsubscribe();
    alarm = undefined;
    next = Math.min(...ticks.keys());
    if (next === Number.POSITIVE_INFINITY) return;
    alarm = timer(Math.max(0, (next - since(now)) * tickMs), scheduler).subscribe(look);
  };

  const leave = (deadline: Deadline) => {
    const those = ticks.get(deadline.tick);
    if (!those?.delete(deadline) || those.size > 0) return;
    ticks.delete(deadline.tick);
    if (ticks.size > 0) return;
    alarm?.unsubscribe();
    next = Number.POSITIVE_INFINITY;
  };
  return {
    watch(deadline) {
      leave(deadline);
      const now = scheduler.now();
      put(deadline, Math.floor(since(now)));
      if (deadline.tick < next && deadline.dueAt < Number.POSITIVE_INFINITY) setAlarm(now);
    },
    leave,
  };
}
