import { type SchedulerLike, type Subscription, timer } from 'rxjs';

/** The time of a deadline that is never due. */
export const NO_DEADLINE = Number.POSITIVE_INFINITY;

/** A callback at a time, for a session. */
export interface Deadline {
  /** Set by the timer wheel: the tick of the deadline, and its index in that tick's list. */
  tick: number;
  index: number;
  /**
   * Called at the first tick at or after its time. Returns the next time: {@link NO_DEADLINE}, or a time in the
   * past for the next tick. The result is ignored if the deadline was removed or watched again meanwhile.
   */
  due(now: number): number;
  /** Receives what {@link Deadline.due} throws. The deadline is removed; the others go on. */
  error(error: unknown): void;
}

/** A timer shared by many deadlines. */
export interface TimerWheel {
  /**
   * Adds a deadline, or moves it.
   *
   * @param dueAt When to call {@link Deadline.due}, in the scheduler's milliseconds, or {@link NO_DEADLINE}.
   */
  watch(deadline: Deadline, dueAt: number): void;
  /** Removes a deadline; does nothing if it isn't watched. */
  leave(deadline: Deadline): void;
}

/** Sentinels: not watched; being processed. */
const [NONE, NOW] = [0, -1] as const;

// `markDue` and `nextOf` are separate functions: V8 compiles a function with a hot loop as a whole.
function markDue(deadlines: readonly Deadline[]): void {
  for (const deadline of deadlines) deadline.tick = NOW;
}

function nextOf(deadline: Deadline, now: number): number {
  try {
    return deadline.due(now);
  } catch (error) {
    deadline.error(error);
    return NO_DEADLINE;
  }
}

/**
 * Creates one timer for all deadlines of a board. It ticks every `tickMs` from the first deadline on, but
 * wakes only for ticks with deadlines. Ten thousand idle sessions cost one timer, and a slot each in the list
 * of a tick.
 *
 * @param tickMs How late a deadline may be noticed, in milliseconds.
 */
export function timerWheel(tickMs: number, scheduler: SchedulerLike): TimerWheel {
  const ticks = new Map<number, Deadline[]>();
  let startedAt: number | undefined;
  let next = NO_DEADLINE;
  let alarm: Subscription | undefined;

  const since = (at: number) => {
    startedAt ??= at;
    return (at - startedAt) / tickMs;
  };
  const put = (deadline: Deadline, dueAt: number, behind: number) => {
    deadline.tick = NONE;
    if (dueAt === NO_DEADLINE) return;
    deadline.tick = Math.max(behind + 1, Math.ceil(since(dueAt)));
    const those = ticks.get(deadline.tick);
    deadline.index = those?.length ?? 0;
    if (those) those.push(deadline);
    else ticks.set(deadline.tick, [deadline]);
  };
  const look = () => {
    const now = scheduler.now();
    // The clock may have stopped with the process. Then nothing is due yet.
    if (since(now) < next - 1) {
      setAlarm(now);
      return;
    }
    // A timer may fire slightly early, or more than a tick late.
    const last = Math.max(next, Math.floor(since(now)));
    const passed = [...ticks.keys()].filter((tick) => tick <= last).sort((one, other) => one - other);
    const due = passed.map((tick) => ticks.get(tick) as Deadline[]);
    for (const tick of passed) ticks.delete(tick);
    for (const those of due) markDue(those);
    for (const those of due) lookAt(those, now, last);
    setAlarm(now);
  };
  const lookAt = (due: readonly Deadline[], now: number, last: number) => {
    for (const deadline of due) {
      // Skip deadlines that were removed meanwhile.
      if (deadline.tick !== NOW) continue;
      const dueAt = nextOf(deadline, now);
      if (deadline.tick === NOW) put(deadline, dueAt, last);
    }
  };
  const setAlarm = (now: number) => {
    alarm?.unsubscribe();
    alarm = undefined;
    next = Math.min(...ticks.keys());
    if (next === NO_DEADLINE) return;
    alarm = timer(Math.max(0, (next - since(now)) * tickMs), scheduler).subscribe(look);
  };

  const leave = (deadline: Deadline) => {
    const { tick, index } = deadline;
    deadline.tick = NONE;
    if (tick === NONE) return;
    const those = ticks.get(tick);
    const moved = those?.pop();
    if (!those || !moved) return;
    // Move the last deadline into the gap. A `Set` would keep what was deleted from it, like a `Map` (see
    // `SessionTable`).
    if (moved !== deadline) {
      those[index] = moved;
      moved.index = index;
    }
    if (those.length > 0) return;
    ticks.delete(tick);
    if (ticks.size > 0) return;
    alarm?.unsubscribe();
    next = NO_DEADLINE;
  };
  return {
    watch(deadline, dueAt) {
      leave(deadline);
      const now = scheduler.now();
      put(deadline, dueAt, Math.floor(since(now)));
      if (deadline.tick !== NONE && deadline.tick < next) setAlarm(now);
    },
    leave,
  };
}
