import { finalize, type MonoTypeOperatorFunction, pipe, tap } from 'rxjs';
import type { Handles, ServerEvent, SessionId, SessionInfo } from './types.js';

/** How handles are compared. */
export interface HandleRules {
  /** A handle as it is looked up, in whatever case it was typed. */
  readonly folded: (handle: string) => string;
  /** What a handle looks like: two that share one of these may be taken for each other. */
  readonly looksOf: (handle: string) => readonly string[];
}

/** Who is on line by their handles, to look up and to change. */
export interface HandleIndex extends Handles {
  add(info: SessionInfo): void;
  remove(id: SessionId): void;
  clear(): void;
}

/**
 * Makes an index of handles: a login, a page or a Tab looks up what it is about, however many are on line. Ten thousand
 * handles took 2 ms a login when each of them was looked at.
 */
export function handleIndex({ folded, looksOf }: HandleRules): HandleIndex {
  const users = new Map<SessionId, SessionInfo>();
  const byName = new Map<string, SessionInfo[]>();
  const byLook = new Map<string, SessionInfo[]>();
  /** The names, sorted, each once. */
  const names: string[] = [];

  /** Where a name is in the list, or would be. */
  const indexOf = (name: string) => {
    let [low, high] = [0, names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((names[middle] as string) < name) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get size() {
      return users.size;
    },
    values: () => users.values(),
    named: (handle) => byName.get(folded(handle)) ?? [],
    alike(handle) {
      for (const look of looksOf(handle)) {
        const [one] = byLook.get(look) ?? [];
        if (one) return one;
      }
      return undefined;
    },
    beginning(text) {
      const begun = folded(text);
      const found = new Set<string>();
      for (let index = indexOf(begun); names[index]?.startsWith(begun); index += 1)
        for (const { user } of byName.get(names[index] as string) ?? []) if (user) found.add(user.handle);
      return [...found].sort();
    },
    add(info) {
      const { id, user } = info;
      if (!user || users.has(id)) return;
      const name = folded(user.handle);
      users.set(id, info);
      if (!byName.has(name)) names.splice(indexOf(name), 0, name);
      put(byName, name, info);
      for (const look of looksOf(user.handle)) put(byLook, look, info);
    },
    remove(id) {
      const user = users.get(id)?.user;
      if (!user) return;
      const name = folded(user.handle);
      users.delete(id);
      take(byName, name, id);
      if (!byName.has(name)) names.splice(indexOf(name), 1);
      for (const look of looksOf(user.handle)) take(byLook, look, id);
    },
    clear() {
      for (const map of [users, byName, byLook]) map.clear();
      names.length = 0;
    },
  };
}

function put(map: Map<string, SessionInfo[]>, key: string, info: SessionInfo): void {
  const others = map.get(key);
  if (others) others.push(info);
  else map.set(key, [info]);
}

function take(map: Map<string, SessionInfo[]>, key: string, id: SessionId): void {
  const left = map.get(key)?.filter((info) => info.id !== id) ?? [];
  if (left.length > 0) map.set(key, left);
  else map.delete(key);
}

/**
 * Keeps an index up to date: a caller is in it from `sessionAuthenticated` until the ending is decided (`sessionClosing`),
 * before anybody below hears of it.
 *
 * @param sessions Where the live record of a session is found.
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
