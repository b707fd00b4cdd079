import { type SchedulerLike, type Subscription, timer } from 'rxjs';

/** The time of what is never due. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Something that is due at a time, in a caller's life. */
export interface Deadline {
  /** The sweep's own: the tick at which this is looked at, and its place among those of that tick. */
  tick: number;
  place: number;
  /**
   * Called at the first tick at or after its time. Returns the next time: {@link NEVER}, or one that has passed for the next
   * tick. It means nothing if the deadline was left, or watched again, meanwhile.
   */
  due(now: number): number;
  /** Told what {@link Deadline.due} throws; it is not watched any more, and the others are. */
  error(error: unknown): void;
}

/** Watches deadlines. */
export interface Sweep {
  /**
   * Begins to watch, or moves what is watched already.
   *
   * @param dueAt When {@link Deadline.due} is to be called, in the scheduler's milliseconds, or {@link NEVER}.
   */
  watch(deadline: Deadline, dueAt: number): void;
  /** Stops watching; does nothing if it isn't watched. */
  leave(deadline: Deadline): void;
}

/** The tick of one that isn't watched, and of one whose turn it is. */
const [NONE, NOW] = [0, -1] as const;

// Functions of their own, this and `lookAt`: the engine compiles whatever has a long loop in it, with all the rest of it.
function markDue(deadlines: readonly Deadline[]): void {
  for (const deadline of deadlines) deadline.tick = NOW;
}

function nextOf(deadline: Deadline, now: number): number {
  try {
    return deadline.due(now);
  } catch (error) {
    deadline.error(error);
    return NEVER;
  }
}

/**
 * One shared clock for all the deadlines of a board. It ticks each `tickMs` from the first deadline on, but wakes only for
 * ticks at which something is due: ten thousand idle callers cost one timer, and a place each in the list of a tick.
 *
 * @param tickMs How late a deadline may be noticed, in milliseconds.
 */
export function sweep(tickMs: number, scheduler: SchedulerLike): Sweep {
  const ticks = new Map<number, Deadline[]>();
  let startedAt: number | undefined;
  let next = NEVER;
  let alarm: Subscription | undefined;

  const since = (at: number) => {
    startedAt ??= at;
    return (at - startedAt) / tickMs;
  };
  const put = (deadline: Deadline, dueAt: number, behind: number) => {
    deadline.tick = NONE;
    if (dueAt === NEVER) return;
    deadline.tick = Math.max(behind + 1, Math.ceil(since(dueAt)));
    const those = ticks.get(deadline.tick);
    deadline.place = those?.length ?? 0;
    if (those) those.push(deadline);
    else ticks.set(deadline.tick, [deadline]);
  };
  const look = () => {
    const now = scheduler.now();
    // The clock may have stood, with the process; then nothing is due yet.
    if (since(now) < next - 1) {
      setAlarm(now);
      return;
    }
    // A timer may be a hair early, or late by more than a tick.
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
      // Unless it has left meanwhile, before its turn or in it.
      if (deadline.tick !== NOW) continue;
      const dueAt = nextOf(deadline, now);
      if (deadline.tick === NOW) put(deadline, dueAt, last);
    }
  };
  const setAlarm = (now: number) => {
    alarm?.unsubscribe();
    alarm = undefined;
    next = Math.min(...ticks.keys());
    if (next === NEVER) return;
    alarm = timer(Math.max(0, (next - since(now)) * tickMs), scheduler).subscribe(look);
  };

  const leave = (deadline: Deadline) => {
    const { tick, place } = deadline;
    deadline.tick = NONE;
    if (tick === NONE) return;
    const those = ticks.get(tick);
    const moved = those?.pop();
    if (!those || !moved) return;
    // Into the place of who leaves: a Set would keep what it no longer has, as a Map does (see `SessionTable`).
    if (moved !== deadline) {
      those[place] = moved;
      moved.place = place;
    }
    if (those.length > 0) return;
    ticks.delete(tick);
    if (ticks.size > 0) return;
    alarm?.unsubscribe();
    next = NEVER;
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
