import {
  BehaviorSubject,
  concat,
  defer,
  finalize,
  map,
  merge,
  type Observable,
  of,
  switchMap,
  takeWhile,
} from 'rxjs';
import { beside } from '../../streams/beside.js';
import type { App, Output } from '../../streams/types.js';
import { pages, visit } from './chat.js';
import { answer, candidates } from './commands.js';
import { fit } from './fit.js';
import { lastCallers } from './last-callers.js';
import { paced } from './paced.js';
import { FIRST_ROOM } from './rooms.js';
import { people, type Visit } from './visit.js';

/** Faster than anybody types; a paste waits, and holds its caller back, so that it doesn't flood the room. */
const TALK_RATE = { count: 5, perMs: 1000, burst: 20 };

const GOODBYE = 'Goodbye, and call again!\n';

/**
 * Makes what `impulse serve` runs: rooms to talk in, pages, who is on line, the last callers. Each board needs one of its
 * own, which keeps what its callers share. Completes for a caller at `/quit`.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 *
 * await createImpulse({ app: lobby() }).start();
 * ```
 */
export function lobby(): App {
  const callers = lastCallers();
  const away: Visit['away'] = new Map();

  return (session, services) =>
    defer(() => {
      const room = new BehaviorSubject(FIRST_ROOM);
      const here: Visit = { session, services, room, away, lastCallers: callers.list };
      const shown = (text: string) => fit(text, session.terminal.columns);
      const prompt = () => `${room.value}> `;
      const talk = paced(TALK_RATE, services.scheduler);

      const greeting = shown(welcome(here));
      callers.add({ handle: session.user?.handle ?? '', at: services.scheduler.now() });
      session.completeWith((typed) => candidates(here, typed));

      const answers$: Observable<Output> = session
        .eachLine((line) => talk(() => of(answer(here, line))))
        .pipe(
          map((text) => (text === null ? GOODBYE : `${shown(text)}${prompt()}`)),
          takeWhile((text) => text !== GOODBYE, true),
        );
      const others$ = merge(
        room.pipe(switchMap((name) => visit(session, services, name))),
        pages(session, services),
      );
      return concat(of(`${greeting}${prompt()}`), answers$.pipe(beside(others$))).pipe(
        finalize(() => away.delete(session.id)),
      );
    });
}

function welcome({ session, services, lastCallers }: Visit): string {
  const others = people(services).flatMap(({ id, user }) => (user && id !== session.id ? user.handle : []));
  const last = lastCallers().map(({ handle }) => handle);
  return `
Welcome, ${session.user?.handle}! You are on node ${session.node}. ${company(others)}.
${last.length > 0 ? `The last callers were ${last.join(', ')}.\n` : ''}Type to talk, or /help for what else you can do.

`;
}

/** Others that are named; of more, there is `/who`. */
const MOST_NAMED = 5;

function company(others: readonly string[]): string {
  if (others.length === 0) return 'You are the first here';
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length - MOST_NAMED;
  return `${more > 0 ? `${named} and ${more} more are` : `${named} ${others.length === 1 ? 'is' : 'are'}`} here`;
}
