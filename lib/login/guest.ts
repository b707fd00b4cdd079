import { defer, filter, map, take, tap } from 'rxjs';
import type { Authenticator, Services } from '../../streams/types/app.js';
import { endFor } from '../../streams/types/session-end.js';
import { folded, handleOf } from './handle.js';
import { type Reserved, reserved } from './reserved.js';

/** Refused handles in one call, before it is over. */
const TRIES = 3;

/** What bots try first and no person calls themselves: such a call is over at once. */
const BOTS = new Set(['root', 'toor', 'admin', 'administrator', 'ubnt', 'enable', 'busybox']);
const isBot = (typed: string) => BOTS.has(folded(typed.trim()));

/**
 * The placeholder of an authenticator: asks `Handle: ` and lets anyone in. A handle is 2 to 20 letters, digits,
 * spaces, dots, dashes and underlines, with letters of one alphabet. It can't be taken for that of anybody on line, nor for the
 * board's or the sysop's. After anything else the caller is asked again, until the login deadline. Each handle that is refused
 * is a `loginAttemptFailed`; the third ends the call (`login-failed`), and so does `root`, `admin` or another that only bots
 * try. A line without anything is no handle.
 *
 * @example
 * ```ts
 * import { createImpulse, guest } from 'impulse-bbs';
 *
 * createImpulse({ app: (session) => session.line$, authenticate: guest });
 * ```
 */
export const guest: Authenticator = guestOf('Impulse');

/** The same for a board of that name, which no caller gets for a handle. */
export function guestOf(board: string): Authenticator {
  return (session, services) =>
    defer(() => {
      let refused = 0;
      session.write('Handle: ');
      return session.line$.pipe(
        map((typed) => ({ typed, ...welcome(typed, services, board) })),
        tap(({ typed, problem }) => {
          if (!problem) return;
          if (typed.trim() !== '') {
            refused += 1;
            session.reportFailedLogin(typed);
          }
          const isOver = refused === TRIES || isBot(typed);
          session.write(`${problem}\n${isOver ? '' : 'Handle: '}`);
          if (isOver) throw endFor('login-failed');
        }),
        filter(({ problem }) => !problem),
        take(1),
        map(({ handle }) => ({ handle, guest: true })),
      );
    });
}

/** The handle, or what is wrong with it. */
function welcome(typed: string, { handles }: Services, board: string): { handle: string; problem?: string } {
  if (isBot(typed)) return { handle: '', problem: 'Nobody is called that here.' };
  const handle = handleOf(typed);
  if (handle === null)
    return { handle: '', problem: 'Please use 2 to 20 letters of one alphabet, digits, spaces, or . - _' };
  const taken = handles.alike(handle)?.user?.handle;
  if (taken !== undefined)
    return {
      handle,
      problem: `${taken} is on line. Please choose a handle that looks different.`,
    };
  const kept = reserved(handle, board);
  return kept ? { handle, problem: RESERVED[kept](handle) } : { handle };
}

/** What a caller reads whose handle is reserved. */
const RESERVED: Readonly<Record<Reserved, (handle: string) => string>> = {
  name: () => "That handle is the sysop's. Please choose another one.",
  word: (handle) => `Please tell who you are: ${handle} is a word that people type to a board.`,
};
