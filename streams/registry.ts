import { finalize, type MonoTypeOperatorFunction, pipe, tap } from 'rxjs';
import type { ServerEvent, SessionId, SessionInfo } from './types.js';

/**
 * Who is on line: a fold of the events into `sessions`. A caller is in it from `sessionOpened` until the ending
 * is decided (`sessionClosing`), so whoever is told of an event finds the list up to date.
 *
 * @param calls Where the live record of a session is found.
 */
export function registry(
  calls: ReadonlyMap<SessionId, SessionInfo>,
  sessions: Map<SessionId, SessionInfo>,
): MonoTypeOperatorFunction<ServerEvent> {
  return pipe(
    tap((event) => {
      if (event.type === 'sessionClosing') sessions.delete(event.session);
      if (event.type !== 'sessionOpened') return;
      const info = calls.get(event.session);
      if (info) sessions.set(event.session, info);
    }),
    finalize(() => sessions.clear()),
  );
}
