import type { SessionId, SessionInfo, SessionState, User } from '../types/session.js';

/**
 * A read-only, live view of a session that can't reach the session itself. A class with one field, since
 * every session has a view.
 */
export class SessionView implements SessionInfo {
  readonly #session: SessionInfo;

  constructor(session: SessionInfo) {
    this.#session = session;
  }
  get id(): SessionId {
    return this.#session.id;
  }
  get callId(): string {
    return this.#session.callId;
  }
  get node(): number {
    return this.#session.node;
  }
  get state(): SessionState {
    return this.#session.state;
  }
  get user(): User | null {
    return this.#session.user;
  }
  get address(): string {
    return this.#session.address;
  }
  get transport(): string | undefined {
    return this.#session.transport;
  }
  get openedAt(): number {
    return this.#session.openedAt;
  }
  get lastInputAt(): number {
    return this.#session.lastInputAt;
  }
  get bytesIn(): number {
    return this.#session.bytesIn;
  }
  get bytesOut(): number {
    return this.#session.bytesOut;
  }
  toJSON(): object {
    return infoOf(this.#session);
  }
}

/** Returns a snapshot of the session, for JSON. */
export function infoOf(session: SessionInfo): object {
  const { id, callId, node, state, user, address, transport, openedAt, lastInputAt, bytesIn, bytesOut } =
    session;
  const by = transport === undefined ? {} : { transport };
  return { id, callId, node, state, user, address, ...by, openedAt, lastInputAt, bytesIn, bytesOut };
}
