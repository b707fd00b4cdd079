import { concat, defer, Observable, Subscriber } from 'rxjs';
import type { Admitted } from '../admission/admit.js';
import { type Accounts, perUser } from '../admission/per-user.js';
import { refusalOf } from '../admission/refused.js';
import { contain, type TeardownDelegate } from '../rx/contain.js';
import { feed, Stage } from '../rx/operator.js';
import { streamOf } from '../rx/stream-of.js';
import type { TimeSlices } from '../rx/time-slices.js';
import { type Deadline, NO_DEADLINE, type TimerWheel } from '../rx/timer-wheel.js';
import type { Farewell } from '../shutdown/farewell.js';
import { lineDiscipline } from '../terminal/line-discipline.js';
import * as messages from '../terminal/messages.js';
import type { ScreenParts } from '../terminal/screen.js';
import type { App, Authenticator, Services } from '../types/app.js';
import type { Output } from '../types/connection.js';
import type { ServerEvent } from '../types/events.js';
import type { Limits } from '../types/limits.js';
import type { EndReason, User } from '../types/session.js';
import { endFor, faultOf, isForeign, protocolOf, SessionEnd } from '../types/session-end.js';
import type { Sessions } from '../types/session-table.js';
import { Call, type CallDelegate } from './call.js';
import { inputRate } from './input-rate.js';
import { inputSlices } from './input-slices.js';
import { keepAlive } from './keep-alive.js';
import { sessionTimeouts } from './session-timeouts.js';
import { type SignInDelegate, signIn } from './sign-in.js';
import { talk } from './talk.js';
import { terminable } from './terminable.js';
import { waitingRoom } from './waiting-room.js';

/** What a session needs of its board. */
export interface SessionParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  readonly services: Services;
  readonly limits: Limits;
  readonly screen: ScreenParts;
  readonly timerWheel: TimerWheel;
  readonly slices: TimeSlices;
  readonly farewell: Farewell;
  /** Where the call is found by its id, from its beginning until its line is gone. */
  readonly calls: Sessions<Call>;
  readonly accounts: Accounts;
  /** What tells this board from all others, whenever they run. */
  readonly boardId: string;
}

/** How long a caller may say nothing before that is taken for a person who waits. Scanners speak at once, or after our greeting. */
const OPENING_MS = 500;

/**
 * One caller's whole life, as events. Subscribing runs it; unsubscribing cuts the line and frees everything.
 *
 * Emits `sessionOpened` (after `sessionWaiting`, if there was a wait) before anything can end the session,
 * `sessionClosing` when the ending is decided, and `sessionClosed` when the line is gone; then completes.
 * Somebody who turns out to speak another protocol before that never becomes a session: there is a `connectionRefused` in place of all
 * three. `sessionOpened` waits for the first bytes, for half a second to a second and a half; the caller doesn't, and is greeted at once.
 * Never errors: whatever goes wrong inside is the reason of that one ending.
 */
export function session(admitted: Admitted, parts: SessionParts): Observable<ServerEvent> {
  return new Observable((events) => {
    const life = new Life(events, admitted, parts);
    feed(events, life);
    if (!life.closed) life.start();
  });
}

/** The last stage of the chain, where every ending arrives; and what the others need of the session. */
class Life
  extends Stage<never, ServerEvent>
  implements CallDelegate, SignInDelegate<Output>, TeardownDelegate
{
  readonly #parts: SessionParts;
  readonly #call: Call;
  /** How long it was in the waiting room; `undefined` for nearly everybody, since a number would be an object of its own. */
  #waitedMs: number | undefined;
  /** Until the session is opened, or has turned out to be none. */
  #opening: Opening | undefined;
  /** Tries to log in that failed. */
  #failures = 0;

  constructor(events: Subscriber<ServerEvent>, admitted: Admitted, parts: SessionParts) {
    super(events);
    this.#parts = parts;
    const { limits, services, screen } = parts;
    this.#call = new Call(admitted, limits.outputLimitBytes, services.scheduler, screen, this);
  }

  start(): void {
    const { limits, timerWheel, slices, services, calls } = this.#parts;
    const call = this.#call;
    calls.set(call.id, call);

    const input$ = call.connection.input$.pipe(
      inputRate(limits.inputRate, call, services.scheduler),
      keepAlive(call, limits.deadPeerTimeoutMs, timerWheel, services.scheduler),
      inputSlices(call, slices),
    );
    const { verdict, position$: place$ } = call.admitted;
    if (verdict === 'admitted') this.live(input$).subscribe(this);
    else
      concat(
        waitingRoom(input$, place$, call, (position) => this.tellPosition(position)),
        defer(() => this.live(input$)),
      ).subscribe(this);
  }

  private live(input$: Observable<Uint8Array>): Observable<never> {
    const { limits, timerWheel, services, authenticate } = this.#parts;
    const call = this.#call;
    this.connect();
    const teardown = { teardownFailed: (error: unknown) => this.tellFailure('authenticate', error) };
    const conversation$ = defer(() => streamOf('an authenticator', authenticate(call, services))).pipe(
      contain(teardown),
      signIn(this),
    );
    return input$.pipe(
      sessionTimeouts(call, limits, timerWheel, services.scheduler, this),
      terminable(call),
      lineDiscipline(call.screen, call.typeAhead),
      talk(call.typeAhead, conversation$, call),
    );
  }

  get time(): TimeSlices {
    return this.#parts.slices;
  }
  get boardId(): string {
    return this.#parts.boardId;
  }
  get ending(): SessionEnd | undefined {
    return this.#call.ending;
  }
  admits(user: User): boolean {
    const { limits, accounts, calls } = this.#parts;
    const isIn = perUser(user, limits, accounts, {
      write: (text) => this.#call.write(text),
      takeOver: (other) => calls.get(other)?.end('taken-over'),
    });
    if (!isIn) this.#call.end('denied');
    return isIn;
  }
  greet(): Observable<Output> {
    const { app, services } = this.#parts;
    return streamOf('an app', app(this.#call, services)).pipe(contain(this));
  }
  teardownFailed(error: unknown): void {
    this.tellFailure('app', error);
  }

  private tellFailure(callback: 'app' | 'authenticate', error: unknown): void {
    this.below.next({ type: 'callbackFailed', callback, session: this.#call.id, error });
  }

  private tellPosition(position: number): void {
    const { id, callId, address } = this.#call;
    this.below.next({ type: 'sessionWaiting', session: id, callId, address, position });
    this.#call.write(`${messages.waiting(this.#parts.limits.maxSessions, position)}\n`);
  }

  private connect(): void {
    const call = this.#call;
    call.become('connected');
    const calledAt = call.openedAt;
    call.openedAt = call.lastInputAt = call.scheduler.now();
    if (calledAt < call.openedAt) this.#waitedMs = call.openedAt - calledAt;
    const { recognised$ } = call.connection;
    if (!recognised$) {
      this.open();
      return;
    }
    this.#opening = new Opening(() => this.open(), this.#parts.timerWheel, call.openedAt + OPENING_MS);
    recognised$.subscribe(this.#opening);
  }

  private open(): void {
    this.#opening?.unsubscribe();
    this.#opening = undefined;
    const call = this.#call;
    const { id, callId, node, address } = call;
    this.below.next({ type: 'sessionOpened', session: id, callId, node, address });
    call.become('authenticating');
    call.screen.cover();
  }

  loginFailed(handle: string): void {
    if (this.#opening) this.open();
    this.#failures += 1;
    const { id: session, node, address } = this.#call;
    this.below.next({
      type: 'loginAttemptFailed',
      session,
      node,
      address,
      handle,
      attempt: this.#failures,
    });
  }

  logIn(user: User): void {
    // Of an authenticator that needs nothing from the caller.
    if (this.#opening) this.open();
    const call = this.#call;
    call.user = user;
    call.become('active');
    call.screen.uncover();
    this.below.next({ type: 'sessionAuthenticated', session: call.id, node: call.node, handle: user.handle });
    // Somebody who waits may be let in by it, and their events come next.
    if (user.guest) call.admitted.loggedInAsGuest();
    else call.admitted.loggedIn();
  }

  warn(reason: 'idle' | 'time-limit', inMs: number): void {
    const { id, node } = this.#call;
    this.below.next({ type: 'sessionWarned', session: id, node, reason, inMs });
    this.#call.announce(messages.warning(reason, inMs));
  }

  settled(ending: SessionEnd): void {
    const { reason } = ending;
    const { id, node, admitted } = this.#call;
    if (this.#opening && !isForeign(ending)) this.open();
    if (node > 0 && !this.#opening)
      this.below.next({ type: 'sessionClosing', session: id, node, reason, ...faultOf(ending) });
    admitted.leave();
  }

  protected override _error(error: unknown): void {
    const { connection } = this.#call;
    const ending = this.#call.settle(
      error instanceof SessionEnd ? error : new SessionEnd('app-error', error),
    );
    const { reason } = ending;
    if (reason === 'forced') connection.destroy();
    const wasOpened = !this.#opening;
    const goodbye = new Goodbye(this.below, (flushed) =>
      wasOpened ? this.closedEvent(reason, flushed) : null,
    );
    this.feedBy(goodbye);
    if (!wasOpened) this.refuse();
    this.#parts.farewell(connection, messages.goodbye(ending)).subscribe(goodbye);
  }
  protected override _complete(): void {
    this._error(endFor('app-done'));
  }

  /** Tells that there is no session, and never was. */
  private refuse(): void {
    const { address, ending } = this.#call;
    this.#opening?.unsubscribe();
    if (isForeign(ending)) {
      const { reason } = ending;
      this.below.next(refusalOf(address, { reason, ...protocolOf(ending) }));
    }
  }

  private closedEvent(reason: EndReason, flushed: boolean): ServerEvent {
    const call = this.#call;
    call.become('closed');
    return {
      type: 'sessionClosed',
      session: call.id,
      callId: call.callId,
      node: call.node,
      address: call.address,
      reason,
      bytesIn: call.bytesIn,
      bytesOut: call.bytesOut,
      durationMs: call.scheduler.now() - call.openedAt + (this.#waitedMs ?? 0),
      flushed,
    };
  }

  override unsubscribe(): void {
    super.unsubscribe();
    this.#opening?.unsubscribe();
    this.#parts.calls.delete(this.#call.id);
    this.#call.admitted.leave();
    this.#call.connection.destroy();
  }
}

/** From the farewell to the last that is told of a session. */
class Goodbye extends Stage<boolean, ServerEvent> {
  readonly #closed: (flushed: boolean) => ServerEvent | null;

  constructor(below: Subscriber<ServerEvent>, closed: (flushed: boolean) => ServerEvent | null) {
    super(below);
    this.#closed = closed;
  }

  protected override _next(flushed: boolean): void {
    const event = this.#closed(flushed);
    if (event) this.below.next(event);
  }
}

/** Opens a session when its caller is recognised, or has said nothing for a while. */
class Opening extends Subscriber<never> implements Deadline {
  tick = 0;
  index = 0;
  readonly #open: () => void;
  readonly #timerWheel: TimerWheel;

  constructor(open: () => void, timerWheel: TimerWheel, dueAt: number) {
    super();
    this.#open = open;
    this.#timerWheel = timerWheel;
    timerWheel.watch(this, dueAt);
  }

  due(): number {
    this.complete();
    return NO_DEADLINE;
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.#open();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#timerWheel.leave(this);
    super.unsubscribe();
  }
}
