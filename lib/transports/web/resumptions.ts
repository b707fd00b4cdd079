import { randomFillSync, timingSafeEqual } from 'node:crypto';
import type { SchedulerLike, Subscription } from 'rxjs';
import { OutputHistory } from './output-history.js';
import type { Resumption, WebWire } from './web-wire.js';

/** The part of a token that finds the connection, and the secret part, in bytes. */
const [ID_BYTES, SECRET_BYTES] = [6, 16];

/** How long a connection waits at most when its page was left. A closed tab counts for its address meanwhile. */
export const MAX_LEFT_MS = 10_000;

/** The connections that can be resumed. */
export interface Resumptions {
  /** Makes what a new connection needs for it. */
  begin(): Resumption;
  /** Returns the connection of a token; undefined if there is none any more. */
  find(token: unknown): WebWire | undefined;
}

/**
 * Keeps connections whose WebSocket is lost for a while, and finds them by a token that only their page knows.
 *
 * @param resumeMs How long a connection waits for another WebSocket.
 */
export function resumptions(resumeMs: number, scheduler: SchedulerLike): Resumptions {
  const byId = new Map<string, Kept>();
  return {
    begin() {
      const kept = new Kept(byId, resumeMs, scheduler);
      byId.set(kept.id, kept);
      return kept;
    },
    find(token) {
      const bytes = Buffer.from(typeof token === 'string' ? token : '', 'base64url');
      const kept = byId.get(idOf(bytes));
      const isRight = bytes.length === ID_BYTES + SECRET_BYTES && kept?.hasSecret(bytes);
      return isRight ? kept?.wire : undefined;
    },
  };
}

/** Random bytes for the next tokens: asking the system for each would take as long as the handshake. */
const RANDOM = Buffer.alloc(256 * (ID_BYTES + SECRET_BYTES));
let used = RANDOM.length;
function newToken(): Buffer {
  if (used === RANDOM.length) {
    randomFillSync(RANDOM);
    used = 0;
  }
  const token = Buffer.from(RANDOM.subarray(used, used + ID_BYTES + SECRET_BYTES));
  used += token.length;
  return token;
}

const idOf = (token: Buffer): string => token.toString('hex', 0, ID_BYTES);

/** A class, since every connection of a page has one. */
class Kept implements Resumption {
  readonly history = new OutputHistory();
  wire: WebWire | undefined;
  readonly id: string;
  readonly #all: Map<string, Kept>;
  readonly #token = newToken();
  readonly #resumeMs: number;
  readonly #scheduler: SchedulerLike;
  #end: Subscription | undefined;

  constructor(all: Map<string, Kept>, resumeMs: number, scheduler: SchedulerLike) {
    this.#all = all;
    this.#resumeMs = resumeMs;
    this.#scheduler = scheduler;
    this.id = idOf(this.#token);
  }
  get token(): string {
    return this.#token.toString('base64url');
  }
  hasSecret(token: Buffer): boolean {
    return timingSafeEqual(token, this.#token);
  }
  lost(isPageLeft: boolean): void {
    const waitMs = isPageLeft ? Math.min(this.#resumeMs, MAX_LEFT_MS) : this.#resumeMs;
    this.#end = this.#scheduler.schedule(() => this.wire?.expire(), waitMs);
  }
  found(): void {
    this.#end?.unsubscribe();
  }
  forget(): void {
    this.found();
    if (this.#all.get(this.id) === this) this.#all.delete(this.id);
  }
}
