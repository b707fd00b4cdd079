import type { EndReason } from './session.js';

/**
 * A session's end, as an error. Every limit ends a session with an error of this class, and the last operator
 * of the session turns the first of them into one `sessionClosed`.
 *
 * Apps and authenticators may throw it to end their session with a reason of their choice:
 * @example
 * ```ts
 * import { throwError } from 'rxjs';
 * import { SessionEnd } from 'impulse-bbs';
 *
 * const thrownOut$ = throwError(() => new SessionEnd('kicked'));
 * ```
 */
export class SessionEnd extends Error {
  /** The name of the class. */
  override readonly name = 'SessionEnd';

  /**
   * @param reason Why the session ends.
   * @param cause The error of an `app-error`; of a `login-failed`, only if the caller isn't to blame.
   */
  constructor(
    /** Why the session ends. */
    readonly reason: EndReason,
    cause?: unknown,
  ) {
    super(`the session ended: ${reason}`, { cause });
  }
}

const ENDS = new Map<EndReason, SessionEnd>();

/** Returns a shared instance for a reason without a cause: creating an error captures the whole stack. */
export function endFor(reason: EndReason): SessionEnd {
  const known = ENDS.get(reason);
  if (known) return known;
  const end = new SessionEnd(reason);
  ENDS.set(reason, end);
  return end;
}

/** Returns the end of a session for an error: a {@link SessionEnd} itself, or one with this reason and the error as its cause. */
export const endOf = (error: unknown, reason: 'app-error' | 'connection-error'): SessionEnd =>
  error instanceof SessionEnd ? error : new SessionEnd(reason, error);

/** The error that ended the session, if the server is to blame and not the caller. */
export const faultOf = ({ reason, cause }: SessionEnd): { readonly error?: unknown } =>
  reason === 'app-error' ||
  reason === 'connection-error' ||
  (reason === 'login-failed' && cause !== undefined)
    ? { error: cause }
    : {};

/** Whether the client wanted no session: it spoke another protocol, or is a crawler that has its answer. */
export const isForeign = (
  error: unknown,
): error is SessionEnd & { readonly reason: 'wrong-protocol' | 'crawler' } =>
  error instanceof SessionEnd && (error.reason === 'wrong-protocol' || error.reason === 'crawler');

/** The protocol that the client spoke, if known. */
export const protocolOf = ({ cause }: SessionEnd): { readonly protocol?: string } =>
  typeof cause === 'string' ? { protocol: cause } : {};
