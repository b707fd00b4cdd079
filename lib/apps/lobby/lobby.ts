import {
  BehaviorSubject,
  concat,
  defer,
  EMPTY,
  finalize,
  merge,
  type Observable,
  of,
  switchMap,
  takeWhile,
} from 'rxjs';
import { alsoSubscribe } from '../../../streams/rx/also-subscribe.js';
import { wrap } from '../../../streams/terminal/wrap.js';
import type { App, Services } from '../../../streams/types/app.js';
import type { Output } from '../../../streams/types/connection.js';
import type { SessionId } from '../../../streams/types/session.js';
import { maxWidth } from '../../text/max-width.js';
import { INDENT, inRoom, pages } from './chat.js';
import { type Answer, answer, candidates } from './commands.js';
import { lastCallers } from './last-callers.js';
import { paced } from './paced.js';
import { FIRST_ROOM } from './rooms.js';
import { callsOf, shownHandle, type Visit } from './visit.js';

/**
 * Faster than a person types. The lines of a paste are delayed and its sender slowed down, so that it can't
 * flood the room.
 */
const TALK_RATE = { count: 5, perMs: 1000, burst: 20 };

/** A long line fills more of the screen, so it counts as several short ones. */
const LINE_LENGTH = 100;
const costOf = (line: string) => 1 + Math.floor(line.length / LINE_LENGTH);

const GOODBYE = 'Goodbye, and call again!\n';

/**
 * Creates the app of `impulse serve`: rooms to talk in, pages, a list of the callers on line, and the last
 * callers. Each board needs its own, since it keeps the state that its callers share. Completes for a caller
 * at `/quit`.
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
  const ignored: Visit['ignored'] = new Map();

  return (session, services) =>
    defer(() => {
      const room = new BehaviorSubject(FIRST_ROOM);
      const here: Visit = { session, services, room, away, ignored, lastCallers: callers.list };
      const shown = (text: string) => wrap(text, session.terminal.columns, maxWidth, INDENT);
      const talk = paced(TALK_RATE, services.scheduler);

      const greeting = shown(welcome(here));
      callers.add({ handle: shownHandle(session.user), at: services.scheduler.now() });

      const prompted = (text: string): Observable<Output> =>
        concat(
          of(shown(text)),
          defer(() => {
            session.prompt(`${room.value}> `);
            return EMPTY;
          }),
        );
      const answered = (text: Answer) => (text === null ? of(text) : prompted(text));
      const answers$ = session
        .eachLine((line) => talk(() => answered(answer(here, line)), costOf(line)))
        .pipe(takeWhile((output): output is Output => output !== null));
      const others$ = merge(
        room.pipe(switchMap((name) => inRoom(here, name))),
        pages(here),
        session.completion$((typed) => candidates(here, typed)),
      );
      return concat(prompted(greeting), answers$.pipe(alsoSubscribe(others$)), of(GOODBYE)).pipe(
        finalize(() => {
          away.delete(session.id);
          ignored.delete(session.id);
        }),
      );
    });
}

function welcome({ session, services, lastCallers }: Visit): string {
  const others = named(services, session.id);
  const self = shownHandle(session.user);
  const gone = lastCallers()
    .map(({ handle }) => handle)
    .filter((handle) => handle !== self && callsOf(services, handle).length === 0);
  return `
Welcome, ${self}! You are on node ${session.node}. ${company(others, services.handles.size - 1)}.
${gone.length === 0 ? '' : `The last ${gone.length === 1 ? 'caller was' : 'callers were'} ${listed(gone)}.\n`}\
Type to talk, or /help for a list of commands.

`;
}

/** The most callers on line that the greeting names. `/who` lists all. */
const MAX_NAMED = 5;

/** Returns the handles to name in the greeting. */
function named({ handles }: Services, self: SessionId): string[] {
  const found: string[] = [];
  for (const { id, user } of handles.values()) {
    if (found.length === MAX_NAMED) break;
    if (id !== self && user) found.push(shownHandle(user));
  }
  return found;
}

function company(named: readonly string[], all: number): string {
  if (all === 0) return 'Nobody else is on line';
  const more = all - named.length;
  const listedAll = more > 0 ? [...named, `${more} more`] : named;
  return `${listed(listedAll)} ${all === 1 ? 'is' : 'are'} on line`;
}

/** `a`, `a and b`, `a, b and c` */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
