/** A table of what was used lately. */
export interface Recent<Key, Value> {
  get(key: Key): Value | undefined;
  /** Puts in a value, or shows that it is still in use. */
  set(key: Key, value: Value): void;
}

/**
 * A table that holds a bounded number of entries: when it is full, the half of them that wasn't put in again for
 * longest makes room. Two generations, since finding the oldest key of one big Map takes V8 longer the more were deleted.
 */
export function recent<Key, Value>(most: number): Recent<Key, Value> {
  let young = new Map<Key, Value>();
  let old = young;
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, value) {
      young.set(key, value);
      if (young.size < most / 2) return;
      old = young;
      young = new Map();
    },
  };
}
