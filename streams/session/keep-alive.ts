import { identity, type MonoTypeOperatorFunction, type SchedulerLike } from 'rxjs';
import { type Destination, OperatorSubscriber, operator } from '../rx/operator.js';
import { type Deadline, NO_DEADLINE, type TimerWheel } from '../rx/timer-wheel.js';
import type { Connection } from '../types/connection.js';
import { endFor, type SessionEnd } from '../types/session-end.js';

/** What is needed to tell whether the caller is still there. */
export interface KeepAliveTarget {
  readonly connection: Pick<Connection, 'bytesIn' | 'bytesOut' | 'backlog' | 'answers' | 'probe'>;
  /** True while the connection isn't read, and the caller can't be heard. */
  readonly paused: boolean;
  /** Set by {@link keepAlive}; call `wake` when output stays in the backlog. */
  keepAlive: KeepAlive | undefined;
}

/** Checks whether the caller is still there. */
export interface KeepAlive {
  /** Resumes the checks, if there was nothing to check. */
  wake(): void;
}

/** Checks per timeout. */
const CHECKS = 4;

/**
 * Passes the caller's input through, and ends the session when the caller is gone. Any input is a sign of
 * life, telnet commands included, and so is a shrinking backlog. After half of `timeoutMs` without one, or up
 * to a quarter of it earlier, the client is asked for one ({@link Connection.probe}), because routers forget
 * idle connections. After `timeoutMs`, or up to a quarter later, it errors with the {@link SessionEnd}
 * `lost`. The quarters come from checking four times per timeout; add up to two ticks of the timer wheel.
 *
 * A client that doesn't answer probes is given up only if it leaves a backlog untouched for that time.
 * Without a backlog the transport has to notice, and the checks stop until there is input or a backlog.
 *
 * @param timeoutMs `null` never gives up.
 */
export function keepAlive<T>(
  call: KeepAliveTarget,
  timeoutMs: number | null,
  timerWheel: TimerWheel,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  if (timeoutMs === null) return identity;
  return operator(
    (destination) => new KeepAliveSubscriber(destination, call, timeoutMs, timerWheel, scheduler),
  );
}

class KeepAliveSubscriber<T> extends OperatorSubscriber<T> implements Deadline, KeepAlive {
  tick = 0;
  index = 0;
  readonly #call: KeepAliveTarget;
  /** Kept here: a lookup through the session misses the cache at ten thousand sessions. */
  readonly #connection: KeepAliveTarget['connection'];
  readonly #timeoutMs: number;
  readonly #timerWheel: TimerWheel;
  readonly #scheduler: SchedulerLike;
  #heard = 0;
  #backlog = 0;
  #taken = 0;
  #aliveAt = 0;
  /** Whether the sign of life may have come up to one check earlier. */
  #isLate = false;
  /** Whether the client has been asked during this silence. */
  #asked = false;
  /** Whether there is nothing to check. */
  #resting = true;

  constructor(
    destination: Destination<T>,
    call: KeepAliveTarget,
    timeoutMs: number,
    timerWheel: TimerWheel,
    scheduler: SchedulerLike,
  ) {
    super(destination);
    this.#call = call;
    this.#connection = call.connection;
    this.#timeoutMs = timeoutMs;
    this.#timerWheel = timerWheel;
    this.#scheduler = scheduler;
    call.keepAlive = this;
    this.wake();
  }

  protected override onNext(value: T): void {
    this.wake();
    this.downstream.next(value);
  }

  wake(): void {
    if (!this.#resting || this.closed) return;
    this.#resting = false;
    const { bytesIn, bytesOut, backlog } = this.#connection;
    this.#heard = bytesIn;
    this.#backlog = backlog;
    this.#taken = bytesOut - backlog;
    this.#aliveAt = this.#scheduler.now();
    this.#isLate = this.#asked = false;
    this.#timerWheel.watch(this, this.#aliveAt + this.#timeoutMs / CHECKS);
  }

  due(now: number): number {
    if (this.gaveSign() || this.#call.paused) {
      this.#aliveAt = now;
      this.#isLate = true;
      this.#asked = false;
    }
    this.#resting = this.#backlog === 0 && !this.#connection.answers;
    if (this.#resting) return NO_DEADLINE;
    const silentMs = now - this.#aliveAt;
    const eachMs = this.#timeoutMs / CHECKS;
    if (silentMs >= this.#timeoutMs && (this.#asked || this.#backlog > 0)) {
      this.error(endFor('lost'));
      return NO_DEADLINE;
    }
    const atMostMs = silentMs + (this.#isLate ? eachMs : 0);
    if (atMostMs >= this.#timeoutMs / 2 && !this.#asked && this.#backlog === 0) {
      this.#asked = true;
      this.#connection.probe();
    }
    return this.#aliveAt + (Math.floor(silentMs / eachMs) + 1) * eachMs;
  }

  /** Bytes sent to the kernel prove nothing; a shrinking backlog proves that the peer reads. */
  private gaveSign(): boolean {
    const connection = this.#connection;
    const [heard, backlog, taken] = [this.#heard, this.#backlog, this.#taken];
    this.#heard = connection.bytesIn;
    this.#backlog = connection.backlog;
    if (this.#heard !== heard) return true;
    // Most sessions have no backlog, and counting the sent bytes is most of a check's cost.
    if (this.#backlog + backlog === 0) return false;
    this.#taken = connection.bytesOut - this.#backlog;
    // A new backlog gets the whole timeout, unless an answer is due before.
    return backlog > 0 ? this.#taken !== taken : !this.#asked;
  }

  override unsubscribe(): void {
    this.#timerWheel.leave(this);
    super.unsubscribe();
  }
}
