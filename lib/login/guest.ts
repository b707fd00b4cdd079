import { defer, filter, map, take, tap } from 'rxjs';
import { endFor } from '../../streams/session-end.js';
import type { Authenticator, Services } from '../../streams/types.js';
import { alike, folded, handleOf, wordsOf } from './handle.js';

/** Nobody is to be taken for the board, or for the one who runs it. */
const RESERVED = ['sysop', 'system', 'admin', 'administrator', 'root', 'operator', 'moderator', 'impulse'];

/** What clients of other servers say in one word; people do as well, so that it is no more than a handle that isn't to be had. */
const COMMANDS = new Set(
  'stats stat help info ping version quit exit ehlo helo noop capa feat syst starttls'.split(' '),
);

/** Refused handles in one call, before it is over. */
const TRIES = 3;

/** What bots try first and no person calls themselves: such a call is over at once. */
const BOTS = new Set(['root', 'toor', 'admin', 'administrator', 'ubnt', 'enable', 'busybox']);
const isBot = (typed: string) => BOTS.has(folded(typed.trim()));

/**
 * The placeholder of an authenticator: asks `Handle: ` and lets anyone in. A handle is 2 to 20 letters, digits,
 * spaces, dots, dashes and underlines, and can't be taken for that of anybody on line; whoever types something else is
 * asked again, until the login deadline. Each handle that is refused is a `loginAttemptFailed`; the third ends the call
 * (`login-failed`), and so does `root`, `admin` or another that only bots try. A line without anything is no handle.
 *
 * @example
 * ```ts
 * import { createImpulse, guest } from 'impulse-bbs';
 *
 * createImpulse({ app: (session) => session.line$, authenticate: guest });
 * ```
 */
export const guest: Authenticator = (session, services) =>
  defer(() => {
    let refused = 0;
    session.write('Handle: ');
    return session.line$.pipe(
      map((typed) => ({ typed, ...welcome(typed, services) })),
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

/** The handle, or what is wrong with it. */
function welcome(typed: string, { handles }: Services): { handle: string; problem?: string } {
  if (isBot(typed)) return { handle: '', problem: 'Nobody is called that here.' };
  const handle = handleOf(typed);
  if (handle === null) return { handle: '', problem: 'Please use 2 to 20 letters, digits, spaces, or . - _' };
  if (COMMANDS.has(handle.toLowerCase()))
    return {
      handle,
      problem: `Please tell who you are: ${handle} is a command, and there are none before the login.`,
    };
  const taken = handles.alike(handle)?.user?.handle;
  if (taken !== undefined)
    return {
      handle,
      problem: `${taken} is on line. Please choose a handle that looks different.`,
    };
  if ([handle, ...wordsOf(handle)].some((word) => RESERVED.some((other) => alike(other, word))))
    return { handle, problem: "That handle is the sysop's. Please choose another one." };
  return { handle };
}
