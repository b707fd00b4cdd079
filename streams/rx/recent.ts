/** A table of recently used entries. */
export interface Recent<Key, Value> {
  get(key: Key): Value | undefined;
  /** Sets a value, or marks it as recently used. */
  set(key: Key, value: Value): void;
}

/**
 * Creates a table with a bounded number of entries. When it is full, the half that wasn't set for longest is
 * dropped. Uses two generations: in one big `Map`, finding the oldest key takes V8 longer the more keys were
 * deleted.
 */
export function recent<Key, Value>(max: number): Recent<Key, Value> {
  let young = new Map<Key, Value>();
  let old = young;
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, value) {
      young.set(key, value);
      if (young.size < max / 2) return;
      old = young;
      young = new Map();
    },
  };
}
