import { Observable, type OperatorFunction, type SchedulerLike, type Subscription, timer } from 'rxjs';
import { isSilent } from '../admission/silent.js';
import { source } from '../admission/source.js';
import { recent } from '../rx/recent.js';
import type { RefusalDetail, RefusalReason } from '../types/admission.js';
import type { ServerEvent } from '../types/events.js';
import type { SessionId } from '../types/session.js';

/** Refusals that were not shown one by one. */
export interface ConnectionsRefused {
  /** The plural of `connectionRefused`. */
  readonly type: 'connectionsRefused';
  /** Why they were refused. */
  readonly reason: RefusalReason;
  /** What more there is to say of it; for most reasons nothing. */
  readonly detail?: RefusalDetail;
  /** How many they were. */
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly inMs: number;
}

/** Connections that were closed soon and without a byte, such as a monitor's, and were not shown one by one. */
export interface SilentConnectionsClosed {
  /** What happened. */
  readonly type: 'silentConnectionsClosed';
  /** Where the last of them came from. */
  readonly address: string;
  /** How many they were. */
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly inMs: number;
}

/** Tries to log in that failed, and were not shown one by one. */
export interface LoginAttemptsFailed {
  /** The plural of `loginAttemptFailed`. */
  readonly type: 'loginAttemptsFailed';
  /** How many they were. */
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly inMs: number;
}

/** Logins that could not be checked, and were not shown one by one. */
export interface LoginsUnchecked {
  /** What happened. */
  readonly type: 'loginsUnchecked';
  /** What went wrong with the last of them. */
  readonly error: unknown;
  /** How many they were. */
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly inMs: number;
}

/** What {@link summarise} makes of many events. */
export type Summary = ConnectionsRefused | LoginAttemptsFailed | LoginsUnchecked | SilentConnectionsClosed;

/** Refusals of one window that are shown one by one. */
export const SHOWN = 10;

/** How long refusals are counted before they are summed up. */
export const WINDOW_MS = 10_000;

/** How long silent connections are counted before they are summed up: a monitor is there for years. */
export const SILENT_WINDOW_MS = 600_000;

/** Sources of silent connections that are remembered at most. */
const MAX_SILENT_SOURCES = 1024;

/**
 * For the log: a flood of refusals is ten lines and a count, not ten thousand lines. The first refusal opens a
 * window of ten seconds; the first ten of them pass, the rest are counted, and when the window ends there is one
 * `connectionsRefused` for each reason. Tries to log in that failed are counted in the same way (`loginAttemptsFailed`).
 *
 * Connections that are closed soon and without a byte are counted as well, from the second of a source on, and summed up every ten
 * minutes as `silentConnectionsClosed`: a monitor that looks in each second would fill the log. Of a source that was silent before,
 * `sessionOpened` is held back until more is known of the call. Of logins that fail for a fault of the board's own (`login-failed`
 * with an `error`) the first `sessionClosing` of ten seconds passes, and the others are one `loginsUnchecked`. Everything else passes at once. Completes, and fails, with its
 * source.
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
      /** The events of sessions that may prove silent. */
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
          /** Counts one more, unless it is to be shown. */
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
        const from = source(event.address);
        const isKnown = silentSources.get(from) === true;
        silentSources.set(from, true);
        // What was shown to open is shown to close.
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
            if (silentSources.get(source(event.address))) held.set(event.session, [event]);
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
