import { defer, filter, map, take, tap } from 'rxjs';
import type { Authenticator } from '../streams/types.js';

/** Letters and digits of any script, and within them spaces, dots, dashes and underlines; 2 to 20 characters. */
const HANDLE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,18}[\p{L}\p{M}\p{N}._-]$/u;

/** Letters that don't show, such as the Hangul filler. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/** A handle that is safe on anybody's screen, or null. Accents are composed, and runs of spaces are one. */
export function handleOf(typed: string): string | null {
  const handle = typed.normalize('NFC').trim().replace(/\s+/g, ' ');
  return HANDLE.test(handle) && !INVISIBLE.test(handle) ? handle : null;
}

/**
 * The placeholder of an authenticator: asks `Handle: ` and lets anyone in. A handle is 2 to 20 letters, digits,
 * spaces, dots, dashes and underlines; whoever types something else is asked again, until the login deadline.
 *
 * @example
 * ```ts
 * import { createImpulse, guest } from 'impulse-bbs';
 *
 * createImpulse({ app: (session) => session.line$, authenticate: guest });
 * ```
 */
export const guest: Authenticator = (session) =>
  defer(() => {
    session.write('Handle: ');
    return session.line$.pipe(
      map(handleOf),
      tap((handle) => {
        if (handle === null) session.write('Please use 2 to 20 letters, digits, spaces, or . - _\nHandle: ');
      }),
      filter((handle) => handle !== null),
      take(1),
      map((handle) => ({ handle, guest: true })),
    );
  });
