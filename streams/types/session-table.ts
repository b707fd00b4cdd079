import type { SessionId } from './session.js';

/** A mutable table of values by session id. */
export interface Sessions<Value> extends ReadonlyMap<SessionId, Value> {
  set(id: SessionId, value: Value): unknown;
  delete(id: SessionId): boolean;
  clear(): void;
}

/** Wraps a table so that it can't be changed, not even through a cast. */
export function readOnly<Value>(table: ReadonlyMap<SessionId, Value>): ReadonlyMap<SessionId, Value> {
  return new ReadOnly(table);
}

class ReadOnly<Value> implements ReadonlyMap<SessionId, Value> {
  readonly #table: ReadonlyMap<SessionId, Value>;

  constructor(table: ReadonlyMap<SessionId, Value>) {
    this.#table = table;
  }
  get size(): number {
    return this.#table.size;
  }
  get(id: SessionId): Value | undefined {
    return this.#table.get(id);
  }
  has(id: SessionId): boolean {
    return this.#table.has(id);
  }
  entries() {
    return this.#table.entries();
  }
  keys() {
    return this.#table.keys();
  }
  values() {
    return this.#table.values();
  }
  forEach(act: (value: Value, id: SessionId, table: ReadonlyMap<SessionId, Value>) => void): void {
    for (const [id, value] of this.#table) act(value, id, this);
  }
  [Symbol.iterator]() {
    return this.#table.entries();
  }
}

/** Rows per page. */
const PAGE = 64;

const pageOf = (id: SessionId) => Math.floor(id / PAGE);

/** The values of consecutive ids. */
interface Page<Value> {
  readonly rows: (Value | undefined)[];
  size: number;
}

/**
 * A `Map` by session id, ordered by id, for sessions that come and go. V8's `Map` replaces its table when it
 * grows or is compacted, and the old table points to the new one. Once an old table is in the old generation,
 * everything added later survives its deletion until the next full collection; half the cost of a session is
 * its garbage. So this is a `Map` of pages whose rows are empty by the time the page is dropped.
 */
export class SessionTable<Value> implements Sessions<Value> {
  readonly #pages = new Map<number, Page<Value>>();
  #size = 0;
  #newest: SessionId = 0;

  get size(): number {
    return this.#size;
  }
  get(id: SessionId): Value | undefined {
    return this.#pages.get(pageOf(id))?.rows[id % PAGE];
  }
  has(id: SessionId): boolean {
    return this.get(id) !== undefined;
  }
  set(id: SessionId, value: Value): void {
    const page = this.#page(pageOf(id));
    if (page.rows[id % PAGE] === undefined) {
      page.size += 1;
      this.#size += 1;
    }
    page.rows[id % PAGE] = value;
    this.#newest = Math.max(this.#newest, id);
  }
  delete(id: SessionId): boolean {
    const number = pageOf(id);
    const page = this.#pages.get(number);
    if (page?.rows[id % PAGE] === undefined) return false;
    page.rows[id % PAGE] = undefined;
    page.size -= 1;
    this.#size -= 1;
    // Keep the newest page: the next id goes there.
    if (page.size === 0 && number !== pageOf(this.#newest)) this.#pages.delete(number);
    return true;
  }
  clear(): void {
    this.#pages.clear();
    this.#size = 0;
  }
  /** Iterates over the sessions present at the start; those that leave meanwhile are skipped. */
  *entries(): Generator<[SessionId, Value], undefined> {
    const newest = this.#newest;
    for (const number of [...this.#pages.keys()].sort((one, other) => one - other)) {
      const rows = this.#pages.get(number)?.rows ?? [];
      for (let row = 0; row < rows.length; row += 1) {
        const [id, value] = [number * PAGE + row, rows[row]];
        if (value !== undefined && id <= newest) yield [id, value];
      }
    }
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

  #page(number: number): Page<Value> {
    const known = this.#pages.get(number);
    if (known) return known;
    const page = { rows: new Array<Value | undefined>(PAGE).fill(undefined), size: 0 };
    this.#pages.set(number, page);
    const last = pageOf(this.#newest);
    if (number > last && this.#pages.get(last)?.size === 0) this.#pages.delete(last);
    return page;
  }
}
