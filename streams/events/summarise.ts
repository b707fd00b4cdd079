import { Observable, type OperatorFunction, type SchedulerLike, type Subscription, timer } from 'rxjs';
import { rateLimitKey } from '../admission/rate-limit-key.js';
import { isSilent } from '../admission/silent.js';
import { recent } from '../rx/recent.js';
import type { RefusalDetail } from '../types/admission.js';
import type { ServerEvent } from '../types/events.js';
import type { RefusalReason } from '../types/refusal-reason.js';
import type { SessionId } from '../types/session.js';

/** Refusals that weren't logged individually. */
export interface ConnectionsRefused {
  /** The plural of `connectionRefused`. */
  readonly type: 'connectionsRefused';
  /** The reason for the refusals. */
  readonly reason: RefusalReason;
  /** Details of the reason; most reasons have none. */
  readonly detail?: RefusalDetail;
  /** The number of refusals. */
  readonly count: number;
  /** The period they are from, in milliseconds. */
  readonly inMs: number;
}

/** Connections that were closed soon and without a byte, as by a monitor, and weren't logged individually. */
export interface SilentConnectionsClosed {
  /** The type of the summary. */
  readonly type: 'silentConnectionsClosed';
  /** The address of the last one. */
  readonly address: string;
  /** The number of connections. */
  readonly count: number;
  /** The period they are from, in milliseconds. */
  readonly inMs: number;
}

/** Failed logins that weren't logged individually. */
export interface LoginAttemptsFailed {
  /** The plural of `loginAttemptFailed`. */
  readonly type: 'loginAttemptsFailed';
  /** The number of attempts. */
  readonly count: number;
  /** The period they are from, in milliseconds. */
  readonly inMs: number;
}

/** Logins that couldn't be checked, and weren't logged individually. */
export interface LoginsUnchecked {
  /** The type of the summary. */
  readonly type: 'loginsUnchecked';
  /** The error of the last one. */
  readonly error: unknown;
  /** The number of logins. */
  readonly count: number;
  /** The period they are from, in milliseconds. */
  readonly inMs: number;
}

/** A summary of several events, emitted by {@link summarise}. */
export type Summary = ConnectionsRefused | LoginAttemptsFailed | LoginsUnchecked | SilentConnectionsClosed;

/** How many refusals per window are passed on individually. */
export const SHOWN = 10;

/** How long refusals are counted before the summary. */
export const WINDOW_MS = 10_000;

/** How long silent connections are counted before the summary: a monitor connects for years. */
export const SILENT_WINDOW_MS = 600_000;

/** The maximum number of sources of silent connections remembered. */
const MAX_SILENT_SOURCES = 1024;

/**
 * Shortens the events for a log. A flood of refusals becomes ten lines and a count.
 *
 * - Refusals: the first opens a window of ten seconds. The first ten pass and the rest are counted. When the
 *   window ends it emits one `connectionsRefused` per reason. Failed logins work the same
 *   (`loginAttemptsFailed`).
 * - Connections closed soon and without a byte, as by a monitor: counted from a source's second on, and
 *   summed up every ten minutes as `silentConnectionsClosed`. For such a source `sessionOpened` is held back
 *   until more is known.
 * - Logins that fail through a fault of the board (`login-failed` with an `error`): the first
 *   `sessionClosing` in ten seconds passes, and the others become one `loginsUnchecked`.
 *
 * Everything else passes at once. Completes and errors with its source.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 * import { summarise } from 'impulse-bbs/streams';
 * import { asyncScheduler } from 'rxjs';
 *
 * const impulse = createImpulse({ app: lobby() });
 * impulse.event$.pipe(summarise(asyncScheduler)).subscribe(({ type, ...fields }) => console.log(type, fields));
 * ```
 */
export function summarise(scheduler: SchedulerLike): OperatorFunction<ServerEvent, ServerEvent | Summary> {
  return (event$) =>
    new Observable((subscriber) => {
      const silentSources = recent<string, true>(MAX_SILENT_SOURCES);
      /** The events of sessions that may turn out silent. */
      const held = new Map<SessionId, ServerEvent[]>();

      const refusals = counted<ConnectionsRefused>(WINDOW_MS, SHOWN);
      const failures = counted<LoginAttemptsFailed>(WINDOW_MS, SHOWN);
      const unchecked = counted<LoginsUnchecked>(WINDOW_MS, 1);
      const silences = counted<SilentConnectionsClosed>(SILENT_WINDOW_MS, 0);

      function counted<Sum extends Summary>(windowMs: number, shownAtMost: number) {
        const sums = new Map<string, Omit<Sum, 'inMs'>>();
        let window: Subscription | undefined;
        let shown = 0;
        let openedAt = 0;
        const sumUp = () => {
          window?.unsubscribe();
          window = undefined;
          shown = 0;
          const inMs = scheduler.now() - openedAt;
          const summed = [...sums.values()];
          sums.clear();
          for (const sum of summed) subscriber.next({ ...sum, inMs } as Sum);
        };
        return {
          sumUp,
          /** Counts an event, and returns whether to pass it on. */
          isShown(key: string, one: Omit<Sum, 'inMs' | 'count'>): boolean {
            if (!window) {
              openedAt = scheduler.now();
              window = timer(windowMs, scheduler).subscribe(sumUp);
              subscriber.add(window);
            }
            shown += 1;
            if (shown <= shownAtMost) return true;
            sums.set(key, { ...one, count: (sums.get(key)?.count ?? 0) + 1 } as Omit<Sum, 'inMs'>);
            return false;
          },
        };
      }

      const passSilent = (event: ServerEvent & { address: string }) => {
        const from = rateLimitKey(event.address);
        const isKnown = silentSources.get(from) === true;
        silentSources.set(from, true);
        // If the opening was shown, the closing is too.
        const isShown = event.type === 'sessionClosed' && event.node !== 0 && !held.has(event.session);
        if (!isKnown || isShown) return passHeld(event);
        if ('session' in event) held.delete(event.session);
        silences.isShown('', { type: 'silentConnectionsClosed', address: event.address });
      };
      const passHeld = (event: ServerEvent) => {
        if ('session' in event) {
          const before = held.get(event.session);
          held.delete(event.session);
          if (before) for (const earlier of before) subscriber.next(earlier);
        }
        subscriber.next(event);
      };

      const pass = (event: ServerEvent) => {
        if ('address' in event && isSilent(event)) return passSilent(event);
        switch (event.type) {
          case 'connectionRefused': {
            const { reason, detail } = event;
            const more = detail === undefined ? {} : { detail };
            if (refusals.isShown(`${reason} ${detail}`, { type: 'connectionsRefused', reason, ...more }))
              subscriber.next(event);
            return;
          }
          case 'loginAttemptFailed':
            if (failures.isShown('', { type: 'loginAttemptsFailed' })) passHeld(event);
            return;
          case 'sessionOpened':
            if (silentSources.get(rateLimitKey(event.address))) held.set(event.session, [event]);
            else subscriber.next(event);
            return;
          case 'sessionClosing': {
            const { reason, error } = event;
            const isFailure = reason === 'login-failed' && error !== undefined;
            if (isFailure && !unchecked.isShown('', { type: 'loginsUnchecked', error })) return;
            const before = held.get(event.session);
            if (before) before.push(event);
            else subscriber.next(event);
            return;
          }
          default:
            passHeld(event);
        }
      };

      return event$.subscribe({
        next: pass,
        error: (error) => subscriber.error(error),
        complete() {
          for (const events of held.values()) for (const event of events) subscriber.next(event);
          held.clear();
          refusals.sumUp();
          failures.sumUp();
          unchecked.sumUp();
          silences.sumUp();
          subscriber.complete();
        },
      });
    });
}
