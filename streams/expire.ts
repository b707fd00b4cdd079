import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { SessionEnd } from './session-end.js';
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
export type Warn = (reason: 'idle' | 'time-limit', inMs: number) => void;

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
  warn: Warn,
): MonoTypeOperatorFunction<T> {
  const idleMs = limits.idleTimeoutMs ?? Number.POSITIVE_INFINITY;
  const loginMs = limits.loginTimeoutMs ?? Number.POSITIVE_INFINITY;
  const limitMs = limits.sessionLimitMs ?? Number.POSITIVE_INFINITY;
  const warningMs = limits.idleWarningMs ?? Number.POSITIVE_INFINITY;

  return (source) =>
    new Observable((subscriber) => {
      let warnedOfSilenceSince: number | undefined;
      let warnedOfLimit = warningMs >= limitMs;
      let stall = { taken: -1, at: scheduler.now() };

      const loginEndsAt = () =>
        call.state === 'active' ? Number.POSITIVE_INFINITY : call.openedAt + loginMs;
      const idleWarnAt = () => {
        const warned = warningMs >= idleMs || warnedOfSilenceSince === call.lastInputAt;
        return call.lastInputAt + idleMs - (warned ? 0 : warningMs);
      };
      const limitWarnAt = () => call.openedAt + limitMs - (warnedOfLimit ? 0 : warningMs);

      const nextAt = () => Math.min(loginEndsAt(), limitWarnAt(), idleWarnAt(), stall.at + STALL_MS);

      const end = (reason: 'idle' | 'login-timeout' | 'time-limit' | 'lost') =>
        subscriber.error(new SessionEnd(reason));
      const deadline: Deadline = {
        dueAt: nextAt(),
        due(now) {
          if (now >= loginEndsAt()) return end('login-timeout');
          if (now >= call.openedAt + limitMs) return end('time-limit');
          if (now >= limitWarnAt()) {
            warnedOfLimit = true;
            warn('time-limit', call.openedAt + limitMs - now);
            // The warning itself may end the call, of one who doesn't read.
            if (subscriber.closed) return;
          }
          if (now >= stall.at + STALL_MS) {
            if (call.held && call.taken === stall.taken) return end('lost');
            stall = { taken: call.held ? call.taken : -1, at: now };
          }
          if (call.held) call.lastInputAt = now;
          if (now >= call.lastInputAt + idleMs) return end('idle');
          if (now >= idleWarnAt()) {
            warnedOfSilenceSince = call.lastInputAt;
            warn('idle', call.lastInputAt + idleMs - now);
          }
          deadline.dueAt = nextAt();
        },
      };
      subscriber.add(sweep(deadline));
      subscriber.add(
        source.subscribe({
          next(value) {
            call.lastInputAt = scheduler.now();
            subscriber.next(value);
          },
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
