import {
  defer,
  filter,
  mergeMap,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
  takeUntil,
  using,
} from 'rxjs';
import { type AccessPolicy, accessControl } from './admission/access-control.js';
import { addressRates } from './admission/address-rates.js';
import { admit } from './admission/admit.js';
import { giveBack } from './admission/give-back.js';
import { penalise } from './admission/penalise.js';
import { penalties } from './admission/penalties.js';
import type { Accounts } from './admission/per-user.js';
import { isRefused } from './admission/refused.js';
import { turnAway } from './admission/turn-away.js';
import { registry } from './events/registry.js';
import { inOrder } from './rx/in-order.js';
import { mergeDuring } from './rx/merge-during.js';
import { timeSlices } from './rx/time-slices.js';
import { timerWheel } from './rx/timer-wheel.js';
import type { Call } from './session/call.js';
import { type HandleIndex, indexHandles } from './session/index-handles.js';
import { session } from './session/session.js';
import { drain, type ShutdownOrder } from './shutdown/drain.js';
import { farewells } from './shutdown/farewell.js';
import type { ScreenParts } from './terminal/screen.js';
import type { ConnectionAttempt } from './types/admission.js';
import type { App, Authenticator, Bus } from './types/app.js';
import type { ServerEvent } from './types/events.js';
import type { Limits } from './types/limits.js';
import type { SessionInfo } from './types/session.js';
import { readOnly, type Sessions } from './types/session-table.js';

/** What a board is made of. */
export interface ManagerParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  /** Looked at anew by the door at each call, and by a session at its beginning: so they may change. */
  readonly limits: Limits;
  /** The limits have changed. */
  readonly changed$: Observable<unknown>;
  readonly policy: AccessPolicy;
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
export const MAX_REFUSED_FAREWELLS = 1024;

/**
 * The server: connections in, everything that happens out. Subscribing runs it, unsubscribing frees all that
 * it holds. Completes after `serverClosed`.
 */
export function manager(parts: ManagerParts): OperatorFunction<ConnectionAttempt, ServerEvent> {
  const { limits, changed$, policy, scheduler, order$, calls, sessions, handles } = parts;
  return (connection$) =>
    defer(() => {
      const farewell = farewells(
        () => Math.min(limits.maxSessions + MAX_REFUSED_FAREWELLS, parts.maxFarewells()),
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
      const clock = { tickMs: tickMs(limits), timerWheel: timerWheel(tickMs(limits), scheduler) };
      const change = () => {
        const ms = tickMs(limits);
        // Sessions that run keep the limits that they began with, and so the clock that goes with those.
        if (ms !== clock.tickMs) Object.assign(clock, { tickMs: ms, timerWheel: timerWheel(ms, scheduler) });
      };
      const sessionParts = {
        ...parts,
        services,
        accounts,
        farewell,
        get timerWheel() {
          return clock.timerWheel;
        },
        slices: timeSlices(scheduler),
      };

      const offenders = penalties(scheduler);
      const rates = addressRates(limits, scheduler);

      const forced$ = order$.pipe(filter(({ force }) => force));

      const caller$ = connection$.pipe(
        takeUntil(order$),
        accessControl(policy, limits, offenders, rates, order$, scheduler),
        admit(limits, policy.trusted, changed$, policy.random, scheduler),
        mergeMap(
          (admission) =>
            isRefused(admission)
              ? turnAway(admission, limits.maxSessions, farewell).pipe(takeUntil(forced$))
              : session(admission, sessionParts),
          parts.maxConnections,
        ),
      );
      const event$ = caller$.pipe(
        giveBack(rates),
        penalise(offenders, policy.trusted, () => limits.penalties),
        drain(order$, calls, limits.shutdownGraceMs, scheduler),
        registry(calls, sessions, accounts),
        indexHandles(sessions, handles),
        mergeDuring(parts.failure$),
        inOrder(),
      );
      return using(
        () => changed$.subscribe(change),
        () => event$,
      );
    });
}

/** How often deadlines are looked at: each second, or four times in the shortest of them if that is more often. */
export function tickMs(limits: Limits): number {
  const { idleTimeoutMs, sessionLimitMs, deadPeerTimeoutMs } = limits;
  const durations = [idleTimeoutMs, sessionLimitMs, deadPeerTimeoutMs];
  return Math.min(1000, ...durations.filter((duration) => duration !== null).map((duration) => duration / 4));
}
