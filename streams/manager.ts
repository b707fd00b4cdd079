import {
  defer,
  filter,
  type MonoTypeOperatorFunction,
  mergeMap,
  Observable,
  type OperatorFunction,
  pipe,
  type SchedulerLike,
  takeUntil,
  using,
} from 'rxjs';
import { type DoorPolicy, door } from './admission/access-control.js';
import { addressRates } from './admission/address-rates.js';
import { admit } from './admission/admit.js';
import { giveBack } from './admission/give-back.js';
import { punish } from './admission/penalise.js';
import { penalties } from './admission/penalties.js';
import type { Accounts } from './admission/per-user.js';
import { isRefused } from './admission/refused.js';
import { turnAway } from './admission/turn-away.js';
import { registry } from './events/registry.js';
import { inOrder } from './rx/in-order.js';
import { timeSlices } from './rx/time-slices.js';
import { sweep } from './rx/timer-wheel.js';
import type { Call } from './session/call.js';
import { type HandleIndex, indexHandles } from './session/handle-index.js';
import { session } from './session/session.js';
import { drain, type ShutdownOrder } from './shutdown/drain.js';
import { farewells } from './shutdown/farewell.js';
import type { ScreenParts } from './terminal/screen.js';
import type { Knock } from './types/admission.js';
import type { App, Authenticator, Bus } from './types/app.js';
import type { ServerEvent } from './types/events.js';
import type { Limits } from './types/limits.js';
import type { SessionInfo } from './types/session.js';
import { readOnly, type Sessions } from './types/session-table.js';

/** What a board is made of. */
export interface BoardParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  /** Looked at anew by the door at each call, and by a session at its beginning: so they may change. */
  readonly limits: Limits;
  /** The limits have changed. */
  readonly changed$: Observable<unknown>;
  readonly policy: DoorPolicy;
  readonly bus: Bus;
  readonly screen: ScreenParts;
  /**
   * Connections that there may be at once, of all kinds: what the process has room for. Admission keeps them below it, so that none
   * ever waits here.
   */
  readonly maxConnections: number;
  /** Connections that may be saying goodbye at once, as far as the process has room for them. */
  readonly maxFarewells: () => number;
  readonly scheduler: SchedulerLike;
  /** When a time of `scheduler` was, by the clock on the wall. */
  readonly dateOf: (at: number) => Date;
  /** What tells this board from all others, whenever they run. */
  readonly boardId: string;
  /** What else is to be told, beside what happens to calls. */
  readonly failure$: Observable<ServerEvent>;
  /** Orders to go down. */
  readonly order$: Observable<ShutdownOrder>;
  /** Filled and emptied by the board: every call, by its id. */
  readonly calls: Sessions<Call>;
  /** Filled and emptied by the board: who is on line. */
  readonly sessions: Sessions<SessionInfo>;
  /** Filled and emptied by the board: who has logged in. */
  readonly handles: HandleIndex;
}

/** Lines that may be saying goodbye at once if there is room, beside one for each session. */
export const FAREWELLS_OF_REFUSED = 1024;

/**
 * The server: connections in, everything that happens out. Subscribing runs it, unsubscribing frees all that
 * it holds. Completes after `serverClosed`.
 */
export function board(parts: BoardParts): OperatorFunction<Knock, ServerEvent> {
  const { limits, changed$, policy, scheduler, order$, calls, sessions, handles } = parts;
  return (connection$) =>
    defer(() => {
      const farewell = farewells(
        () => Math.min(limits.maxSessions + FAREWELLS_OF_REFUSED, parts.maxFarewells()),
        scheduler,
      );
      const services = {
        bus: parts.bus,
        sessions: readOnly(sessions),
        handles,
        scheduler,
        dateOf: parts.dateOf,
      };
      const accounts: Accounts = new Map();
      const clock = { tickMs: tickMs(limits), sweep: sweep(tickMs(limits), scheduler) };
      const change = () => {
        const ms = tickMs(limits);
        // Sessions that run keep the limits that they began with, and so the clock that goes with those.
        if (ms !== clock.tickMs) Object.assign(clock, { tickMs: ms, sweep: sweep(ms, scheduler) });
      };
      const sessionParts = {
        ...parts,
        services,
        accounts,
        farewell,
        get sweep() {
          return clock.sweep;
        },
        slices: timeSlices(scheduler),
      };

      const offenders = penalties(scheduler);
      const rates = addressRates(limits, scheduler);

      const forced$ = order$.pipe(filter(({ force }) => force));

      const event$ = connection$.pipe(
        takeUntil(order$),
        door(policy, limits, offenders, rates, order$, scheduler),
        admit(limits, policy.trusted, changed$, policy.random, scheduler),
        mergeMap(
          (admission) =>
            isRefused(admission)
              ? turnAway(admission, limits.maxSessions, farewell).pipe(takeUntil(forced$))
              : session(admission, sessionParts),
          parts.maxConnections,
        ),
        giveBack(rates),
        punish(offenders, policy.trusted, () => limits.penalties),
        drain(order$, calls, limits.shutdownGraceMs, scheduler),
        pipe(registry(calls, sessions, accounts), indexHandles(sessions, handles)),
        inOrderWith(parts.failure$),
      );
      return using(
        () => changed$.subscribe(change),
        () => event$,
      );
    });
}

/** Puts what comes beside its source, for as long as that lasts, in order with it. Nothing more stands between source and listeners. */
const inOrderWith =
  <T>(other$: Observable<T>): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable<T>((below) => {
      below.add(other$.subscribe((value) => below.next(value)));
      source.subscribe(below);
    }).pipe(inOrder());

/** How often deadlines are looked at: each second, or four times in the shortest of them if that is more often. */
export function tickMs(limits: Limits): number {
  const { idleTimeoutMs, loginTimeoutMs, sessionLimitMs, deadPeerTimeoutMs } = limits;
  const durations = [idleTimeoutMs, loginTimeoutMs, sessionLimitMs, deadPeerTimeoutMs];
  return Math.min(1000, ...durations.filter((duration) => duration !== null).map((duration) => duration / 4));
}
