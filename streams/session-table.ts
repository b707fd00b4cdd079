import type { SessionId } from './types.js';

/** A table by session, to read and to change. */
export interface Sessions<Value> extends ReadonlyMap<SessionId, Value> {
  set(id: SessionId, value: Value): unknown;
  delete(id: SessionId): boolean;
  clear(): void;
}

/**
 * What a `Map` by session is, for callers who come and go: in the order of their ids, which is that of their coming. A `Map`
 * of V8's makes itself a new table now and then, to which the old one points; once an old one has got into the old generation,
 * all that is put in later outlives its deletion until the next full collection, and half of a call's cost is its garbage.
 */
export class SessionTable<Value> implements Sessions<Value> {
  #rows: Record<SessionId, Value> = Object.create(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }
  get(id: SessionId): Value | undefined {
    return this.#rows[id];
  }
  has(id: SessionId): boolean {
    return id in this.#rows;
  }
  set(id: SessionId, value: Value): void {
    if (!this.has(id)) this.#size += 1;
    this.#rows[id] = value;
  }
  delete(id: SessionId): boolean {
    if (!this.has(id)) return false;
    this.#size -= 1;
    return delete this.#rows[id];
  }
  clear(): void {
    this.#rows = Object.create(null);
    this.#size = 0;
  }
  /** Goes through those who are there at the beginning, without those who leave meanwhile. */
  *entries(): Generator<[SessionId, Value], undefined> {
    for (const key in this.#rows) yield [Number(key), this.#rows[key] as Value];
  }
  *keys(): Generator<SessionId, undefined> {
    for (const [id] of this.entries()) yield id;
  }
  *values(): Generator<Value, undefined> {
    for (const [, value] of this.entries()) yield value;
  }
  forEach(act: (value: Value, id: SessionId, table: ReadonlyMap<SessionId, Value>) => void): void {
    for (const [id, value] of this.entries()) act(value, id, this);
  }
  [Symbol.iterator](): Generator<[SessionId, Value], undefined> {
    return this.entries();
  }
}
