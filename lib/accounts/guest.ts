import { concat, defaultIfEmpty, defer, filter, map, mergeMap, type Observable, of, take, tap } from 'rxjs';
import type { Authenticator, Services } from '../../streams/types/app.js';
import type { Credentials } from '../../streams/types/credentials.js';
import type { Session, User } from '../../streams/types/session.js';
import { endFor } from '../../streams/types/session-end.js';
import { folded, handleOf } from './handle.js';
import { type Reserved, reserved } from './reserved.js';

/** The number of refused handles that ends a session. */
const TRIES = 3;

/** Handles that bots try first and people don't use. They end the session at once. */
const BOTS = new Set(['root', 'toor', 'admin', 'administrator', 'ubnt', 'enable', 'busybox']);
const isBot = (typed: string) => BOTS.has(folded(typed.trim()));

/**
 * The default authenticator: asks `Handle: ` and lets any caller in. A handle is 2 to 20 letters, digits,
 * spaces, dots, dashes and underlines, with letters of one alphabet. It must not look like the handle of
 * another caller on line, or like a name of the board or the sysop. After a refused handle the caller is
 * asked again, until the login deadline. Each refused handle is a `loginAttemptFailed`. The third ends the
 * session (`login-failed`), and so does `root`, `admin` or another name that only bots try. An empty line
 * doesn't count; over SSH it takes the name that the client gave, if that may be a handle.
 *
 * @example
 * ```ts
 * import { createImpulse, guest } from 'impulse-bbs';
 *
 * createImpulse({ app: (session) => session.line$, authenticate: guest });
 * ```
 */
export const guest: Authenticator = guestOf('Impulse');

/** Creates the authenticator for a board of this name. The name is reserved. */
export function guestOf(board: string): Authenticator {
  return (session, services) => {
    const ask = (name: string) => askHandle(session, services, board, name);
    const { credentials$ } = session;
    return credentials$ ? letIn(credentials$).pipe(mergeMap(ask)) : ask('');
  };
}

/** Accepts what the client offers first, and emits the name that it gave. */
const letIn = (credentials$: Observable<Credentials>): Observable<string> =>
  credentials$.pipe(
    take(1),
    mergeMap((credentials) => concat(credentials.accept(), of(credentials.name))),
    defaultIfEmpty(''),
  );

/** Asks for a handle. An empty line takes the name, if that may be a handle. */
function askHandle(session: Session, services: Services, board: string, name: string): Observable<User> {
  return defer(() => {
    const offered = name === '' ? '' : welcome(name, services, board).handle;
    const prompt = offered === '' ? 'Handle: ' : `Handle [${offered}]: `;
    let refused = 0;
    session.write(prompt);
    return session.line$.pipe(
      map((line) => (line === '' ? offered : line)),
      map((typed) => ({ typed, ...welcome(typed, services, board) })),
      tap(({ typed, problem }) => {
        if (!problem) return;
        if (typed.trim() !== '') {
          refused += 1;
          session.reportFailedLogin(typed);
        }
        const isOver = refused === TRIES || isBot(typed);
        session.write(`${problem}\n${isOver ? '' : prompt}`);
        if (isOver) throw endFor('login-failed');
      }),
      filter(({ problem }) => !problem),
      take(1),
      map(({ handle }) => ({ handle, guest: true })),
    );
  });
}

/** Returns the handle, or why it is refused. */
function welcome(typed: string, { handles }: Services, board: string): { handle: string; problem?: string } {
  if (isBot(typed)) return { handle: '', problem: 'That handle is not allowed here.' };
  const handle = handleOf(typed);
  if (handle === null)
    return { handle: '', problem: 'Please use 2 to 20 letters of one alphabet, digits, spaces, or . - _' };
  const taken = handles.alike(handle)?.user?.handle;
  if (taken !== undefined)
    return {
      handle: '',
      problem: `${taken} is on line. Please choose a handle that looks different.`,
    };
  const kept = reserved(handle, board);
  return kept ? { handle: '', problem: RESERVED[kept](handle) } : { handle };
}

/** The messages for reserved handles. */
const RESERVED: Readonly<Record<Reserved, (handle: string) => string>> = {
  name: () => "That handle is the sysop's. Please choose another one.",
  word: (handle) =>
    `${handle} is reserved, because people type it as a command. Please choose another handle.`,
};
