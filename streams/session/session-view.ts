import type { SessionId, SessionInfo, SessionState, User } from '../types/session.js';

/**
 * What anybody may know of a session, live, with no way to the session itself. A class with one field, since everybody on line
 * has one.
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

/** A session as it is now: what its JSON is. */
export function infoOf(session: SessionInfo): object {
  const { id, callId, node, state, user, address, openedAt, lastInputAt, bytesIn, bytesOut } = session;
  return { id, callId, node, state, user, address, openedAt, lastInputAt, bytesIn, bytesOut };
}
