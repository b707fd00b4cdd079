import { identity, type MonoTypeOperatorFunction, type SchedulerLike, type Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';
import { type Deadline, NEVER, type Sweep } from '../rx/sweep.js';
import type { Connection } from '../types/connection.js';
import { endFor, type SessionEnd } from '../types/session-end.js';

/** What is to be known of a call, to tell whether its caller is still there. */
export interface Probed {
  readonly connection: Pick<Connection, 'bytesIn' | 'bytesOut' | 'backlog' | 'answers' | 'probe'>;
  /** True while the line isn't read, and we can't hear the caller. */
  readonly paused: boolean;
  /** Set by {@link probe}; to be told when what was written stays in the backlog. */
  lookout: Lookout | undefined;
}

/** Whoever looks whether the caller is still there. */
export interface Lookout {
  /** Looks again from now on, if there was nothing to look for. */
  wake(): void;
}

/** How often in its time a line is looked at. */
const LOOKS = 4;

/**
 * Passes the caller's input through and sees to it that there still is a caller. When the line gave no sign of life
 * for half of `timeoutMs`, the client is asked for one ({@link Connection.probe}), or up to a quarter of it earlier; a router
 * between forgets a silent line. After all of it, or up to a quarter later, the chain ends with a {@link SessionEnd} `lost`. The
 * quarters come of looking four times in the time; two ticks of the sweep may be added. A sign of life is whatever comes, telnet's own bytes too, and a backlog that shrinks. A
 * client that doesn't answer is given up here only if it leaves a backlog untouched for that time; when there is none, that
 * is left to the transport, and nobody looks at the line before more comes, or a backlog stands.
 *
 * @param timeoutMs `null` never gives up.
 */
export function probe<T>(
  call: Probed,
  timeoutMs: number | null,
  sweep: Sweep,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  if (timeoutMs === null) return identity;
  return staged((below) => new Probe(below, call, timeoutMs, sweep, scheduler));
}

class Probe<T> extends Stage<T> implements Deadline, Lookout {
  tick = 0;
  place = 0;
  readonly #call: Probed;
  /** Looked up once: a look at ten thousand is a wait for memory. */
  readonly #connection: Probed['connection'];
  readonly #timeoutMs: number;
  readonly #sweep: Sweep;
  readonly #scheduler: SchedulerLike;
  #heard = 0;
  #backlog = 0;
  #taken = 0;
  #aliveAt = 0;
  /** Whether the sign of life came up to a look's time before that. */
  #isLate = false;
  /** Whether the client was asked, in this silence. */
  #asked = false;
  /** Whether there is nothing to look for. */
  #resting = true;

  constructor(below: Subscriber<T>, call: Probed, timeoutMs: number, sweep: Sweep, scheduler: SchedulerLike) {
    super(below);
    this.#call = call;
    this.#connection = call.connection;
    this.#timeoutMs = timeoutMs;
    this.#sweep = sweep;
    this.#scheduler = scheduler;
    call.lookout = this;
    this.wake();
  }

  override next(value: T): void {
    if (this.isStopped) return;
    try {
      this.wake();
      this.below.next(value);
    } catch (error) {
      this.fail(error);
    }
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
    this.#sweep.watch(this, this.#aliveAt + this.#timeoutMs / LOOKS);
  }

  due(now: number): number {
    if (this.gaveSign() || this.#call.paused) {
      this.#aliveAt = now;
      this.#isLate = true;
      this.#asked = false;
    }
    this.#resting = this.#backlog === 0 && !this.#connection.answers;
    if (this.#resting) return NEVER;
    const silentMs = now - this.#aliveAt;
    const eachMs = this.#timeoutMs / LOOKS;
    if (silentMs >= this.#timeoutMs && (this.#asked || this.#backlog > 0)) {
      this.error(endFor('lost'));
      return NEVER;
    }
    const atMostMs = silentMs + (this.#isLate ? eachMs : 0);
    if (atMostMs >= this.#timeoutMs / 2 && !this.#asked && this.#backlog === 0) {
      this.#asked = true;
      this.#connection.probe();
    }
    return this.#aliveAt + (Math.floor(silentMs / eachMs) + 1) * eachMs;
  }

  /** What we write into the kernel says nothing; only of a backlog the other end must have read. */
  private gaveSign(): boolean {
    const connection = this.#connection;
    const [heard, backlog, taken] = [this.#heard, this.#backlog, this.#taken];
    this.#heard = connection.bytesIn;
    this.#backlog = connection.backlog;
    if (this.#heard !== heard) return true;
    // Nearly everybody has none, and to count what was sent is most of a look.
    if (this.#backlog + backlog === 0) return false;
    this.#taken = connection.bytesOut - this.#backlog;
    // A new one has the whole time, unless an answer is due before.
    return backlog > 0 ? this.#taken !== taken : !this.#asked;
  }

  override unsubscribe(): void {
    this.#sweep.leave(this);
    super.unsubscribe();
  }
}
