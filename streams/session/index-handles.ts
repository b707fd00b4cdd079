import { finalize, type MonoTypeOperatorFunction, pipe, tap } from 'rxjs';
import type { Handles } from '../types/app.js';
import type { ServerEvent } from '../types/events.js';
import type { SessionId, SessionInfo, User } from '../types/session.js';
import { SessionTable } from '../types/session-table.js';

/** How handles are compared. */
export interface HandleRules {
  /** Folds case, for lookups. */
  readonly folded: (handle: string) => string;
  /** Returns keys for the look of a handle. Two handles that share a key can be mistaken for each other. */
  readonly looksOf: (handle: string) => readonly string[];
}

/** A mutable index of the logged-in sessions by handle. */
export interface HandleIndex extends Handles {
  add(info: SessionInfo): void;
  remove(id: SessionId): void;
  clear(): void;
}

/**
 * Creates an index of handles, so that a lookup costs the same with any number of sessions. Without it, a
 * login took 2 ms at ten thousand handles.
 *
 * Each part is built at its first use: the looks of a handle alone cost a fifth of a login.
 */
export function handleIndex({ folded, looksOf }: HandleRules): HandleIndex {
  const users = new SessionTable<SessionInfo>();
  const byName = grouped(users, (handle) => [folded(handle)]);
  const byLook = grouped(users, looksOf);
  /** Sorted and without duplicates; built at the first use. */
  let names: string[] | undefined;

  const infosOf = (ids: readonly SessionId[]) => ids.map((id) => users.get(id) as SessionInfo);
  /** The index of a name in the list, or where to insert it. */
  const indexOf = (name: string, list: readonly string[]) => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[middle] as string) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get size() {
      return users.size;
    },
    values: () => users.values(),
    named: (handle) => infosOf(byName.of(folded(handle))),
    alike(handle) {
      for (const look of looksOf(handle)) {
        const [one] = byLook.of(look);
        if (one !== undefined) return users.get(one);
      }
      return undefined;
    },
    beginning(text) {
      names ??= byName.keys().sort();
      const begun = folded(text);
      const found = new Set<string>();
      for (let index = indexOf(begun, names); names[index]?.startsWith(begun); index += 1)
        for (const { user } of infosOf(byName.of(names[index] as string))) if (user) found.add(user.handle);
      return [...found].sort();
    },
    add(info) {
      const { id, user } = info;
      if (!user || users.has(id)) return;
      if (names) {
        const name = folded(user.handle);
        if (byName.of(name).length === 0) names.splice(indexOf(name, names), 0, name);
      }
      users.set(id, info);
      byName.add(id, user);
      byLook.add(id, user);
    },
    remove(id) {
      const user = users.get(id)?.user;
      if (!user) return;
      users.delete(id);
      byName.remove(id, user);
      byLook.remove(id, user);
      if (!names) return;
      const name = folded(user.handle);
      if (byName.of(name).length === 0) names.splice(indexOf(name, names), 1);
    },
    clear() {
      users.clear();
      byName.clear();
      byLook.clear();
      names = undefined;
    },
  };
}

/**
 * Groups users by keys of their handles, from the first use on. It holds only ids, for the reason given at
 * {@link SessionTable}.
 */
function grouped(users: ReadonlyMap<SessionId, SessionInfo>, keysOf: (handle: string) => readonly string[]) {
  let groups: Map<string, SessionId[]> | undefined;
  const put = (map: Map<string, SessionId[]>, id: SessionId, { handle }: User) => {
    for (const key of keysOf(handle)) {
      const others = map.get(key);
      if (!others) map.set(key, [id]);
      else if (id > (others.at(-1) as SessionId)) others.push(id);
      else
        map.set(
          key,
          [...others, id].sort((one, other) => one - other),
        );
    }
  };
  const built = () => {
    if (groups) return groups;
    groups = new Map();
    for (const [id, { user }] of users) if (user) put(groups, id, user);
    return groups;
  };
  return {
    of: (key: string): readonly SessionId[] => built().get(key) ?? [],
    keys: () => [...built().keys()],
    add(id: SessionId, user: User) {
      if (groups) put(groups, id, user);
    },
    remove(id: SessionId, { handle }: User) {
      if (!groups) return;
      for (const key of keysOf(handle)) {
        const left = groups.get(key)?.filter((other) => other !== id) ?? [];
        if (left.length > 0) groups.set(key, left);
        else groups.delete(key);
      }
    },
    clear() {
      groups = undefined;
    },
  };
}

/**
 * Keeps an index up to date. A session is in it from `sessionAuthenticated` to `sessionClosing`, and changes
 * before the event is passed on.
 *
 * @param sessions The live sessions by id.
 */
export function indexHandles(
  sessions: ReadonlyMap<SessionId, SessionInfo>,
  index: HandleIndex,
): MonoTypeOperatorFunction<ServerEvent> {
  return pipe(
    tap((event) => {
      if (event.type === 'sessionClosing') index.remove(event.session);
      else if (event.type === 'sessionAuthenticated') {
        const info = sessions.get(event.session);
        if (info) index.add(info);
      }
    }),
    finalize(() => index.clear()),
  );
}
