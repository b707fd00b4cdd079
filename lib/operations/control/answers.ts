import { defer, EMPTY, filter, map, merge, type Observable, of, take, takeUntil, takeWhile } from 'rxjs';
import { sanitize } from '../../../streams/terminal/sanitize.js';
import type { ServerClosed, ServerDraining, ServerEvent } from '../../../streams/types/events.js';
import { MAX_DURATION_MS } from '../../config/duration.js';
import type { CountdownNews } from './closing-time.js';
import type { CountdownCancelled, CountdownTold, DrainNews, Stats } from './protocol.js';
import { type Controlled, callerOn, callers, view$ } from './views.js';

/** The unchecked fields of a request. */
type Fields = Readonly<Record<string, unknown>>;

type Command = (board: Controlled, fields: Fields) => Observable<object>;

const COMMANDS: Readonly<Record<string, Command>> = {
  who: (board) => of({ callers: callers(board) }),
  kick,
  broadcast,
  drain,
  stats: (board) =>
    view$(board).pipe(
      take(1),
      map(({ time, figures }): Stats => ({ time, pid: process.pid, port: board.port, figures })),
    ),
  watch: (board) => view$(board).pipe(takeUntil(board.impulse.event$.pipe(filter(isClosed)))),
};

/**
 * Runs the command of a request. Emits its answers as objects. Throws an error with a message for the person
 * if the command is unknown or can't be run.
 *
 * @param request The request, unchecked: one line, which should be JSON.
 */
export function answer(board: Controlled, request: string): Observable<object> {
  const fields = fieldsOf(request);
  const name = String(fields.command);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new Error(
      `unknown command ${JSON.stringify(name)}; the commands are ${Object.keys(COMMANDS).join(', ')}`,
    );
  return command(board, fields);
}

function fieldsOf(request: string): Fields {
  try {
    return Object(JSON.parse(request));
  } catch {
    throw new Error('a request must be a line of JSON, such as {"command":"who"}');
  }
}

function kick(board: Controlled, { node }: Fields): Observable<object> {
  const kicked = callerOn(board, node);
  if (!kicked) throw new Error(`no caller is on node ${JSON.stringify(node)}`);
  board.impulse.kick(kicked.session);
  return of({ kicked });
}

function broadcast({ impulse }: Controlled, { text }: Fields): Observable<object> {
  if (typeof text !== 'string' || sanitize(text).trim() === '') throw new Error('the text is empty');
  return of({ heard: impulse.broadcast(text) });
}

function drain(
  { impulse, closing, stats }: Controlled,
  { inMs = 0, cancel = false }: Fields,
): Observable<DrainNews> {
  const isDown = stats().phase === 'draining';
  if (isDown && (cancel || inMs)) throw new Error('the board is already going down');
  if (cancel && closing.leftMs === null) throw new Error('no countdown is running');
  if (!Number.isInteger(inMs) || Number(inMs) < 0 || Number(inMs) > MAX_DURATION_MS)
    throw new Error(`inMs must be a whole number of milliseconds up to ${MAX_DURATION_MS}`);

  const act$ = defer(() => {
    if (cancel) closing.cancel();
    else if (!isDown) closing.closeIn(Number(inMs));
    return EMPTY;
  });
  return merge(closing.news$.pipe(filter(isTold)), impulse.event$.pipe(filter(isOnTheWayDown)), act$).pipe(
    takeWhile(({ type }) => type !== 'serverClosed' && type !== 'countdownCancelled', true),
  );
}

// The end of the countdown isn't reported, since the drain that follows is.
const isTold = (news: CountdownNews): news is CountdownTold | CountdownCancelled =>
  news.type !== 'countdownEnded';

const isClosed = (event: ServerEvent): event is ServerClosed => event.type === 'serverClosed';

const isOnTheWayDown = (event: ServerEvent): event is ServerDraining | ServerClosed =>
  isClosed(event) || event.type === 'serverDraining';
