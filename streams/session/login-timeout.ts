import { identity, type MonoTypeOperatorFunction, type SchedulerLike, throwError, timeout } from 'rxjs';
import { endFor, type SessionEnd } from '../types/session-end.js';

/**
 * The login deadline: errors with the {@link SessionEnd} `login-timeout` if an authenticator has emitted no user
 * after `timeoutMs`. Typing doesn't extend it.
 *
 * @param timeoutMs In milliseconds; `null` means no deadline.
 */
export const loginTimeout = <T>(
  timeoutMs: number | null,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> =>
  timeoutMs === null
    ? identity
    : timeout({ first: timeoutMs, scheduler, with: () => throwError(() => endFor('login-timeout')) });
