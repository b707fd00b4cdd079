import { Observable, type OperatorFunction, type SchedulerLike, type Subscription, timer } from 'rxjs';
import type { RefusalReason, ServerEvent } from './types.js';

/** Refusals that were not shown one by one. */
export interface ConnectionsRefused {
  /** The plural of `connectionRefused`. */
  readonly type: 'connectionsRefused';
  /** Why they were refused. */
  readonly reason: RefusalReason;
  /** How many they were. */
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly inMs: number;
}

/** Refusals of one window that are shown one by one. */
export const SHOWN = 10;

/** How long refusals are counted before they are summed up. */
export const WINDOW_MS = 10_000;

/**
 * For the log: a flood of refusals is ten lines and a count, not ten thousand lines. The first refusal opens a
 * window of ten seconds; the first ten of them pass, the rest are counted, and when the window ends there is one
 * `connectionsRefused` for each reason. Everything else passes at once. Completes, and fails, with its source.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 * import { summarise } from 'impulse-bbs/streams';
 * import { asyncScheduler } from 'rxjs';
 *
 * const impulse = createImpulse({ app: lobby() });
 * impulse.event$.pipe(summarise(asyncScheduler)).subscribe((event) => console.log(JSON.stringify(event)));
 * ```
 */
export function summarise(
  scheduler: SchedulerLike,
): OperatorFunction<ServerEvent, ServerEvent | ConnectionsRefused> {
  return (event$) =>
    new Observable((subscriber) => {
      const counts = new Map<RefusalReason, number>();
      let window: Subscription | undefined;
      let shown = 0;
      let openedAt = 0;

      const sumUp = () => {
        window?.unsubscribe();
        window = undefined;
        shown = 0;
        const inMs = scheduler.now() - openedAt;
        const summed = [...counts];
        counts.clear();
        for (const [reason, count] of summed)
          subscriber.next({ type: 'connectionsRefused', reason, count, inMs });
      };
      const open = () => {
        openedAt = scheduler.now();
        window = timer(WINDOW_MS, scheduler).subscribe(sumUp);
        subscriber.add(window);
      };

      return event$.subscribe({
        next(event) {
          if (event.type !== 'connectionRefused') return subscriber.next(event);
          if (!window) open();
          shown += 1;
          if (shown <= SHOWN) subscriber.next(event);
          else counts.set(event.reason, (counts.get(event.reason) ?? 0) + 1);
        },
        error: (error) => subscriber.error(error),
        complete() {
          sumUp();
          subscriber.complete();
        },
      });
    });
}
