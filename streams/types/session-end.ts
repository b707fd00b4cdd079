import type { EndReason } from './session.js';

/**
 * An ending on its way down a session's chain. Every limit ends a call by an error of this class; the last
 * operator of the chain turns whichever came into the one `sessionClosed`.
 *
 * An app or an authenticator may end its call with a reason of its own choice:
 * @example
 * ```ts
 * import { throwError } from 'rxjs';
 * import { SessionEnd } from 'impulse-bbs';
 *
 * const thrownOut$ = throwError(() => new SessionEnd('kicked'));
 * ```
 */
export class SessionEnd extends Error {
  /** As every error has one. */
  override readonly name = 'SessionEnd';

  /**
   * @param reason Why the session ends.
   * @param cause What went wrong, of an `app-error`; of a `login-failed`, if it isn't the caller's fault.
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

/** The end for a reason of which there is no more to say. Always the same: making an error looks through the whole stack. */
export function endFor(reason: EndReason): SessionEnd {
  const known = ENDS.get(reason);
  if (known) return known;
  const end = new SessionEnd(reason);
  ENDS.set(reason, end);
  return end;
}

/** What went wrong on the board's side, if that is why the session ends. The caller isn't to blame then. */
export const faultOf = ({ reason, cause }: SessionEnd): { readonly error?: unknown } =>
  reason === 'app-error' ||
  reason === 'connection-error' ||
  (reason === 'login-failed' && cause !== undefined)
    ? { error: cause }
    : {};

/** Whether somebody came who wants no session: a client of another protocol, or a crawler that has its answer by now. */
export const isForeign = (
  error: unknown,
): error is SessionEnd & { readonly reason: 'wrong-protocol' | 'crawler' } =>
  error instanceof SessionEnd && (error.reason === 'wrong-protocol' || error.reason === 'crawler');

/** Which protocol they spoke, where that is known. */
export const protocolOf = ({ cause }: SessionEnd): { readonly protocol?: string } =>
  typeof cause === 'string' ? { protocol: cause } : {};
