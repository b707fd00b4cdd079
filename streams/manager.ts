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

/** The parts of a board. */
export interface ManagerParts {
  readonly app: App;
  readonly authenticate: Authenticator;
  /** Read for each connection and at the start of each session, so they may change. */
  readonly limits: Limits;
  /** Emits after the limits have changed. */
  readonly changed$: Observable<unknown>;
  readonly policy: AccessPolicy;
  readonly bus: Bus;
  readonly screen: ScreenParts;
  /**
   * The maximum number of connections of all kinds, given by the process's descriptors. Admission stays below it, so that none
   * waits here.
   */
  readonly maxConnections: number;
  /** How many connections may be sending their last output, given the process's descriptors. */
  readonly maxFarewells: () => number;
  readonly scheduler: SchedulerLike;
  /** Converts a time of `scheduler` to wall-clock time. */
  readonly dateOf: (at: number) => Date;
  /** Unique among all boards and runs. */
  readonly boardId: string;
  /** Other events, merged into the output. */
  readonly report$: Observable<ServerEvent>;
  /** Orders to shut down. */
  readonly order$: Observable<ShutdownOrder>;
  /** Every call by its id. Maintained by the board. */
  readonly calls: Sessions<Call>;
  /** The sessions on line. Maintained by the board. */
  readonly sessions: Sessions<SessionInfo>;
  /** The logged-in sessions. Maintained by the board. */
  readonly handles: HandleIndex;
}

/** The maximum number of refused connections that may be sending their last output, besides one per session. */
export const MAX_REFUSED_FAREWELLS = 1024;

/**
 * The server: takes connections, emits events. Subscribing runs it; unsubscribing frees everything it
 * holds. Completes after `serverClosed`.
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
        // Running sessions keep their limits, and so the timer wheel for them.
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
        mergeDuring(parts.report$),
        inOrder(),
      );
      return using(
        () => changed$.subscribe(change),
        () => event$,
      );
    });
}

/** Returns how often deadlines are checked: each second, or four times within the shortest one if that is more often. */
export function tickMs(limits: Limits): number {
  const { idleTimeoutMs, sessionLimitMs, deadPeerTimeoutMs } = limits;
  const durations = [idleTimeoutMs, sessionLimitMs, deadPeerTimeoutMs];
  return Math.min(1000, ...durations.filter((duration) => duration !== null).map((duration) => duration / 4));
}
