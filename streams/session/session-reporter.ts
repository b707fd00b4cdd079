import { ignoreElements, map, type Observable } from 'rxjs';
import type { Admitted } from '../admission/admitted.js';
import { type Accounts, perUser } from '../admission/per-user.js';
import { refusalOf, transportOf } from '../admission/refused.js';
import type { TeardownDelegate } from '../rx/catch-teardown-error.js';
import type { TimeSlices } from '../rx/time-slices.js';
import type { Farewell } from '../shutdown/farewell.js';
import * as messages from '../terminal/messages.js';
import type { ScreenParts } from '../terminal/screen.js';
import type { Services } from '../types/app.js';
import type { ServerEvent } from '../types/events.js';
import type { Limits } from '../types/limits.js';
import type { User } from '../types/session.js';
import { endOf, faultOf, isForeign, protocolOf, type SessionEnd } from '../types/session-end.js';
import type { Sessions } from '../types/session-table.js';
import { Call, type CallDelegate } from './call.js';
import type { Warner } from './session-timeouts.js';
import type { SignInDelegate } from './sign-in.js';

/** What a reporter needs of its board. */
export interface ReporterParts {
  readonly limits: Limits;
  readonly services: Services;
  readonly screen: ScreenParts;
  readonly slices: TimeSlices;
  /** Where the call is found by its id, from its beginning until its connection is gone. */
  readonly calls: Sessions<Call>;
  readonly accounts: Accounts;
  /** Unique across boards and restarts. */
  readonly boardId: string;
  readonly farewell: Farewell;
}

/** Receives the events of a session. */
export interface EventSink {
  next(event: ServerEvent): void;
}

/**
 * Emits the events of one session, each at its time, and makes the decisions that go with them. A class, since
 * there is one per session.
 */
export class SessionReporter implements CallDelegate, SignInDelegate, Warner, TeardownDelegate {
  readonly call: Call;
  /** Whether the caller has a node, and `sessionOpened` isn't emitted yet. */
  isPending = false;
  readonly #parts: ReporterParts;
  readonly #events: EventSink;
  /** The time in the waiting room; undefined unless the caller waited (avoids a heap number). */
  #waitedMs: number | undefined;
  /** Failed tries to log in. */
  #failures = 0;

  constructor(events: EventSink, admitted: Admitted, parts: ReporterParts) {
    this.#events = events;
    this.#parts = parts;
    const { limits, services, screen } = parts;
    this.call = new Call(admitted, limits.outputLimitBytes, services.scheduler, screen, this);
  }

  get boardId(): string {
    return this.#parts.boardId;
  }
  get time(): TimeSlices {
    return this.#parts.slices;
  }
  get ending(): SessionEnd | undefined {
    return this.call.ending;
  }

  /** The caller is at this position of the waiting room. */
  waits(position: number): void {
    const { id, callId, address } = this.call;
    this.#events.next({
      type: 'sessionWaiting',
      session: id,
      callId,
      address,
      ...transportOf(this.call),
      position,
    });
    this.call.write(`${messages.waiting(this.#parts.limits.maxSessions, position)}\n`);
  }

  /** The caller has a node. */
  connected(): void {
    const { call } = this;
    this.isPending = true;
    call.become('connected');
    const calledAt = call.openedAt;
    call.openedAt = call.lastInputAt = call.scheduler.now();
    if (calledAt < call.openedAt) this.#waitedMs = call.openedAt - calledAt;
    if (!call.connection.recognised$) this.open();
  }

  /** Emits `sessionOpened`, unless that was emitted before. */
  open(): void {
    if (!this.isPending) return;
    this.isPending = false;
    const { call } = this;
    const { id, callId, node, address } = call;
    this.#events.next({ type: 'sessionOpened', session: id, callId, node, address, ...transportOf(call) });
    call.become('authenticating');
    call.screen.cover();
  }

  loginFailed(handle: string): void {
    this.open();
    this.#failures += 1;
    const { id: session, node, address } = this.call;
    const attempt = this.#failures;
    this.#events.next({ type: 'loginAttemptFailed', session, node, address, handle, attempt });
  }

  admits(user: User): boolean {
    const { limits, accounts, calls } = this.#parts;
    const isAdmitted = perUser(user, limits, accounts, {
      write: (text) => this.call.write(text),
      takeOver: (other) => calls.get(other)?.end('taken-over'),
    });
    if (!isAdmitted) this.call.end('denied');
    return isAdmitted;
  }

  logIn(user: User): void {
    // An authenticator may need nothing from the caller.
    this.open();
    const { call } = this;
    call.user = user;
    call.become('active');
    call.screen.uncover();
    this.#events.next({
      type: 'sessionAuthenticated',
      session: call.id,
      node: call.node,
      handle: user.handle,
    });
    // This may admit a waiting caller, whose events come next.
    if (user.guest) call.admitted.loggedInAsGuest();
    else call.admitted.loggedIn();
  }

  warn(reason: 'idle' | 'time-limit', inMs: number): void {
    const { id, node } = this.call;
    this.#events.next({ type: 'sessionWarned', session: id, node, reason, inMs });
    this.call.announce(messages.warning(reason, inMs));
  }

  teardownFailed(error: unknown): void {
    this.callbackFailed('app', error);
  }

  /** Emits `callbackFailed` for a function of the user. */
  callbackFailed(callback: 'app' | 'authenticate', error: unknown): void {
    this.#events.next({ type: 'callbackFailed', callback, session: this.call.id, error });
  }

  settled(ending: SessionEnd): void {
    const { reason } = ending;
    const { id, node, admitted } = this.call;
    if (!isForeign(ending)) this.open();
    if (node > 0 && !this.isPending)
      this.#events.next({ type: 'sessionClosing', session: id, node, reason, ...faultOf(ending) });
    admitted.leave();
  }

  /** Settles the reason of the end, and says the last words. Emits `sessionClosed` when the connection is gone. */
  farewell$(error: unknown): Observable<ServerEvent> {
    const { call } = this;
    const ending = call.settle(endOf(error, 'app-error'));
    if (ending.reason === 'forced') call.connection.destroy();
    const flushed$ = this.#parts.farewell(call.connection, messages.goodbye(ending));
    if (!this.isPending) return flushed$.pipe(map((flushed) => this.closed(flushed)));
    // The client wanted no session: a refusal takes the place of the other events.
    if (isForeign(ending)) {
      const { reason } = ending;
      this.#events.next(refusalOf(call.connection, { reason, ...protocolOf(ending) }));
    }
    return flushed$.pipe(ignoreElements());
  }

  /** Frees what the session holds. */
  free(): void {
    const { id, admitted, connection } = this.call;
    this.#parts.calls.delete(id);
    admitted.leave();
    connection.destroy();
  }

  private closed(flushed: boolean): ServerEvent {
    const { call } = this;
    call.become('closed');
    return {
      type: 'sessionClosed',
      session: call.id,
      callId: call.callId,
      node: call.node,
      address: call.address,
      ...transportOf(call),
      reason: (call.ending as SessionEnd).reason,
      bytesIn: call.bytesIn,
      bytesOut: call.bytesOut,
      durationMs: call.scheduler.now() - call.openedAt + (this.#waitedMs ?? 0),
      flushed,
    };
  }
}
