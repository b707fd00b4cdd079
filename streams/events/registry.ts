import { finalize, type MonoTypeOperatorFunction, pipe, tap } from 'rxjs';
import type { Accounts } from '../admission/per-user.js';
import { SessionView } from '../session/session-view.js';
import type { ServerEvent } from '../types/events.js';
import type { SessionId, SessionInfo } from '../types/session.js';
import type { Sessions } from '../types/session-table.js';

/**
 * Keeps `sessions` and the sessions of each account up to date with the events. A session is listed from
 * `sessionOpened` to `sessionClosing`. The lists change before the event is passed on.
 *
 * @param calls The live sessions by id.
 */
export function registry(
  calls: ReadonlyMap<SessionId, SessionInfo>,
  sessions: Sessions<SessionInfo>,
  accounts: Accounts,
): MonoTypeOperatorFunction<ServerEvent> {
  const accountOf = (id: SessionId) => {
    const user = calls.get(id)?.user;
    return user && !user.guest ? user.handle : undefined;
  };
  const enter = (id: SessionId) => {
    const account = accountOf(id);
    if (account !== undefined) accounts.set(account, [...(accounts.get(account) ?? []), id]);
  };
  const leave = (id: SessionId) => {
    sessions.delete(id);
    const account = accountOf(id);
    if (account === undefined) return;
    const others = accounts.get(account)?.filter((other) => other !== id) ?? [];
    if (others.length > 0) accounts.set(account, others);
    else accounts.delete(account);
  };
  return pipe(
    tap((event) => {
      if (event.type === 'sessionClosing') leave(event.session);
      else if (event.type === 'sessionAuthenticated') enter(event.session);
      else if (event.type === 'sessionOpened') {
        const info = calls.get(event.session);
        if (info) sessions.set(event.session, new SessionView(info));
      }
    }),
    finalize(() => {
      sessions.clear();
      accounts.clear();
    }),
  );
}
