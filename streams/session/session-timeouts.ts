import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import { type Deadline, NO_DEADLINE, type TimerWheel } from '../rx/timer-wheel.js';
import type { Limits } from '../types/limits.js';
import { endFor, type SessionEnd } from '../types/session-end.js';

/** What the deadlines of a session depend on. */
export interface TimedSession {
  readonly openedAt: number;
  /** Set by {@link sessionTimeouts} at each value from the caller. */
  lastInputAt: number;
  /** True while the caller isn't read because the app is behind. The idle clock stops. */
  readonly held: boolean;
  /** The number of lines that the app has taken. */
  readonly taken: number;
}

export type TimeoutLimits = Pick<Limits, 'idleTimeoutMs' | 'idleWarningMs' | 'sessionLimitMs'>;

/**
 * How long a caller may be held without the app taking a line. Behind unread bytes a hang-up can't be seen,
 * so a session that stalls for longer counts as lost.
 */
export const STALL_MS = 30_000;

/** Warns the caller before the end, with the time left. */
export interface Warner {
  warn(reason: 'idle' | 'time-limit', inMs: number): void;
}

/**
 * Passes the caller's input through, and enforces the timeouts of a session:
 *
 * - `time-limit`: the session has reached its maximum duration.
 * - `idle`: the caller has typed nothing for too long. Output doesn't count.
 * - `lost`: the caller is held, and the app has taken no line for {@link STALL_MS}.
 *
 * Each errors with a {@link SessionEnd}, at the first tick of the timer wheel at or after its time. The warnings
 * come `idleWarningMs` before `time-limit` and `idle`; for `idle` once per silence. A warning that would
 * come before its own start is left out.
 */
export function sessionTimeouts<T>(
  call: TimedSession,
  limits: TimeoutLimits,
  timerWheel: TimerWheel,
  scheduler: SchedulerLike,
  warner: Warner,
): MonoTypeOperatorFunction<T> {
  return operator(
    (destination) => new TimeoutSubscriber(destination, call, limits, timerWheel, scheduler, warner),
  );
}

class TimeoutSubscriber<T> extends OperatorSubscriber<T> implements Deadline {
  tick = 0;
  index = 0;
  readonly #call: TimedSession;
  // `null` and `undefined` instead of `Infinity`: V8 allocates a heap number for that.
  readonly #idleMs: number | null;
  readonly #warningMs: number | null;
  readonly #limitMs: number | null;
  readonly #timerWheel: TimerWheel;
  readonly #scheduler: SchedulerLike;
  readonly #warner: Warner;
  #warnedOfSilenceSince: number | undefined;
  #warnedOfLimit: boolean;
  /** Lines taken when the caller was first found held, and the time of that, if it was. */
  #stalledAt = -1;
  #stallSeenAt: number | undefined;

  constructor(
    destination: Destination<T>,
    call: TimedSession,
    limits: TimeoutLimits,
    timerWheel: TimerWheel,
    scheduler: SchedulerLike,
    warner: Warner,
  ) {
    super(destination);
    this.#call = call;
    // Copied: the limits may change, and the session keeps those it began with.
    this.#idleMs = limits.idleTimeoutMs;
    this.#warningMs = limits.idleWarningMs;
    this.#limitMs = limits.sessionLimitMs;
    this.#warnedOfLimit = orNever(this.#warningMs) >= orNever(this.#limitMs);
    this.#timerWheel = timerWheel;
    this.#scheduler = scheduler;
    this.#warner = warner;
    if (call.held) this.#stallSeenAt = scheduler.now();
    this.watch();
  }

  protected override onNext(value: T): void {
    const call = this.#call;
    call.lastInputAt = this.#scheduler.now();
    this.downstream.next(value);
    // Only input can get a caller held, so the stall check starts here.
    if (call.held && this.#stallSeenAt === undefined && !this.closed) this.watchStall();
  }

  due(now: number): number {
    const reason = this.overdue(now);
    if (reason) this.error(endFor(reason));
    return this.nextAt(now);
  }

  /** Sends the warnings that are due. Returns the reason, if the session ends. */
  private overdue(now: number): 'idle' | 'time-limit' | 'lost' | undefined {
    const call = this.#call;
    if (now >= this.limitEndsAt()) return 'time-limit';
    if (now >= this.limitWarnAt()) {
      this.#warnedOfLimit = true;
      this.#warner.warn('time-limit', this.limitEndsAt() - now);
      // The warning itself may end the session, if its output limit is reached.
      if (this.closed) return undefined;
    }
    if (now >= this.stallEndsAt()) {
      if (call.held && call.taken === this.#stalledAt) return 'lost';
      this.#stalledAt = call.taken;
      this.#stallSeenAt = call.held ? now : undefined;
    }
    if (call.held) call.lastInputAt = now;
    if (now >= this.idleEndsAt()) return 'idle';
    if (now >= this.idleWarnAt()) {
      this.#warnedOfSilenceSince = call.lastInputAt;
      this.#warner.warn('idle', this.idleEndsAt() - now);
    }
    return undefined;
  }

  private watchStall(): void {
    this.#stalledAt = this.#call.taken;
    this.#stallSeenAt = this.#scheduler.now();
    this.watch();
  }

  /** Schedules the earliest deadline. */
  private watch(): void {
    this.#timerWheel.watch(this, this.nextAt(this.#scheduler.now()));
  }

  override unsubscribe(): void {
    this.#timerWheel.leave(this);
    super.unsubscribe();
  }

  private limitEndsAt(): number {
    return this.#call.openedAt + orNever(this.#limitMs);
  }
  private limitWarnAt(): number {
    return this.limitEndsAt() - (this.#warnedOfLimit ? 0 : orNever(this.#warningMs));
  }
  private stallEndsAt(): number {
    return orNever(this.#stallSeenAt) + STALL_MS;
  }
  private idleEndsAt(): number {
    return this.#call.lastInputAt + orNever(this.#idleMs);
  }
  private idleWarnAt(): number {
    const warningMs = orNever(this.#warningMs);
    const isWarned =
      warningMs >= orNever(this.#idleMs) || this.#warnedOfSilenceSince === this.#call.lastInputAt;
    return this.idleEndsAt() - (isWarned ? 0 : warningMs);
  }

  /** When a silence that begins now would be warned of. Input doesn't reschedule, so that is the next look after a warning. */
  private nextSilenceWarnAt(now: number): number {
    const isWarned = this.#warnedOfSilenceSince === this.#call.lastInputAt;
    return isWarned ? now + orNever(this.#idleMs) - orNever(this.#warningMs) : NO_DEADLINE;
  }

  private nextAt(now: number): number {
    return Math.min(this.limitWarnAt(), this.idleWarnAt(), this.nextSilenceWarnAt(now), this.stallEndsAt());
  }
}

const orNever = (ms: number | null | undefined) => ms ?? NO_DEADLINE;
