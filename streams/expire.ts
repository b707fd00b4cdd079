import type { MonoTypeOperatorFunction, SchedulerLike, Subscriber } from 'rxjs';
import { endFor, type SessionEnd } from './session-end.js';
import { Stage, staged } from './stage.js';
import type { Deadline, Sweep } from './sweep.js';
import type { Limits, SessionState } from './types.js';

/** What the deadlines of a call depend on. */
export interface Expiring {
  readonly state: SessionState;
  readonly openedAt: number;
  /** Set by {@link expire} at each value from the caller. */
  lastInputAt: number;
  /** True while we make the caller wait; the idle clock stands meanwhile. */
  readonly held: boolean;
  /** How many lines the app has taken so far. */
  readonly taken: number;
}

export type ExpiryLimits = Pick<
  Limits,
  'idleTimeoutMs' | 'idleWarningMs' | 'loginTimeoutMs' | 'sessionLimitMs'
>;

/**
 * How long a caller may be held without the app taking a line. Their hang-up can't be seen behind unread
 * bytes, so a call that stands still for longer is taken for lost.
 */
export const STALL_MS = 30_000;

/** Told to the caller before an ending, with the time that is left. */
export interface Warner {
  warn(reason: 'idle' | 'time-limit', inMs: number): void;
}

/**
 * Passes the caller's input through and keeps all the clocks of a call:
 *
 * - `login-timeout`: the caller isn't `active` in time. Absolute: typing doesn't extend it.
 * - `time-limit`: the call has lasted as long as one may.
 * - `idle`: the caller typed nothing for too long. What is written to the caller doesn't count.
 * - `lost`: the caller is held, and the app took no line for {@link STALL_MS}.
 *
 * Each ends the chain with a {@link SessionEnd}, at the first tick of the sweep at or after its time. The
 * warning comes `idleWarningMs` before the time limit and the idle end, once for each silence; one that would come before its
 * own start is left out.
 */
export function expire<T>(
  call: Expiring,
  limits: ExpiryLimits,
  sweep: Sweep,
  scheduler: SchedulerLike,
  warner: Warner,
): MonoTypeOperatorFunction<T> {
  return staged((below) => new Expire(below, call, limits, sweep, scheduler, warner));
}

class Expire<T> extends Stage<T> implements Deadline {
  dueAt: number;
  tick = 0;
  place = 0;
  readonly #call: Expiring;
  readonly #idleMs: number;
  readonly #warningMs: number;
  #loginMs: number;
  readonly #limitMs: number;
  readonly #sweep: Sweep;
  readonly #scheduler: SchedulerLike;
  readonly #warner: Warner;
  #warnedOfSilenceSince = Number.NaN;
  #warnedOfLimit: boolean;
  /** How many lines had been taken when a caller was found held, and when that was: never, of one who isn't. */
  #stalledAt = -1;
  #stallSeenAt: number;

  constructor(
    below: Subscriber<T>,
    call: Expiring,
    limits: ExpiryLimits,
    sweep: Sweep,
    scheduler: SchedulerLike,
    warner: Warner,
  ) {
    super(below);
    this.#call = call;
    // Kept one by one: the limits may change, and this call has those that it began with.
    this.#idleMs = orNever(limits.idleTimeoutMs);
    this.#warningMs = orNever(limits.idleWarningMs);
    this.#loginMs = orNever(limits.loginTimeoutMs);
    this.#limitMs = orNever(limits.sessionLimitMs);
    this.#warnedOfLimit = this.#warningMs >= this.#limitMs;
    this.#sweep = sweep;
    this.#scheduler = scheduler;
    this.#warner = warner;
    this.#stallSeenAt = call.held ? scheduler.now() : NEVER;
    this.dueAt = this.#nextAt();
    sweep.watch(this);
  }

  override next(value: T): void {
    if (this.isStopped) return;
    const call = this.#call;
    call.lastInputAt = this.#scheduler.now();
    if (this.#loginMs !== NEVER && call.state === 'active') this.#loggedIn();
    this.below.next(value);
    // It is what callers send that gets them held. Those who send nothing needn't be looked at.
    if (call.held && this.#stallSeenAt === NEVER && !this.closed) this.#watchStall();
  }

  due(now: number): void {
    const reason = this.#overdue(now);
    if (reason) this.error(endFor(reason));
    else if (!this.closed) this.dueAt = this.#nextAt();
  }

  /** Warns, where that is due. Returns why the call ends, if it does. */
  #overdue(now: number): 'idle' | 'login-timeout' | 'time-limit' | 'lost' | undefined {
    const call = this.#call;
    if (now >= this.#loginEndsAt()) return 'login-timeout';
    if (now >= this.#limitEndsAt()) return 'time-limit';
    if (now >= this.#limitWarnAt()) {
      this.#warnedOfLimit = true;
      this.#warner.warn('time-limit', this.#limitEndsAt() - now);
      // The warning itself may end the call, of one who doesn't read.
      if (this.closed) return undefined;
    }
    if (now >= this.#stallSeenAt + STALL_MS) {
      if (call.held && call.taken === this.#stalledAt) return 'lost';
      this.#stalledAt = call.taken;
      this.#stallSeenAt = call.held ? now : NEVER;
    }
    if (call.held) call.lastInputAt = now;
    if (now >= this.#idleEndsAt()) return 'idle';
    if (now >= this.#idleWarnAt()) {
      this.#warnedOfSilenceSince = call.lastInputAt;
      this.#warner.warn('idle', this.#idleEndsAt() - now);
    }
    return undefined;
  }

  /** Nobody is to be looked at for what isn't due any more. */
  #loggedIn(): void {
    this.#loginMs = NEVER;
    this.#watch();
  }

  #watchStall(): void {
    this.#stalledAt = this.#call.taken;
    this.#stallSeenAt = this.#scheduler.now();
    this.#watch();
  }

  /** Is looked at when the first of the clocks is due, as they are now. */
  #watch(): void {
    this.dueAt = this.#nextAt();
    this.#sweep.watch(this);
  }

  override unsubscribe(): void {
    this.#sweep.leave(this);
    super.unsubscribe();
  }

  #loginEndsAt(): number {
    const { state, openedAt } = this.#call;
    return state === 'active' ? NEVER : openedAt + this.#loginMs;
  }
  #limitEndsAt(): number {
    return this.#call.openedAt + this.#limitMs;
  }
  #limitWarnAt(): number {
    return this.#limitEndsAt() - (this.#warnedOfLimit ? 0 : this.#warningMs);
  }
  #idleEndsAt(): number {
    return this.#call.lastInputAt + this.#idleMs;
  }
  #idleWarnAt(): number {
    const isWarned = this.#warningMs >= this.#idleMs || this.#warnedOfSilenceSince === this.#call.lastInputAt;
    return this.#idleEndsAt() - (isWarned ? 0 : this.#warningMs);
  }

  #nextAt(): number {
    return Math.min(
      this.#loginEndsAt(),
      this.#limitWarnAt(),
      this.#idleWarnAt(),
      this.#stallSeenAt + STALL_MS,
    );
  }
}

const NEVER = Number.POSITIVE_INFINITY;
const orNever = (durationMs: number | null) => durationMs ?? NEVER;
