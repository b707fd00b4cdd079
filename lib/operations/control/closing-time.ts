import {
  filter,
  finalize,
  map,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  share,
  switchMap,
  takeUntil,
} from 'rxjs';
import { countdown } from '../../../streams/shutdown/countdown.js';
import { announcement } from '../../../streams/terminal/announcement.js';
import { closing, STAYS_OPEN } from '../../../streams/terminal/messages.js';
import type { App } from '../../../streams/types/app.js';
import type { Impulse } from '../../create-impulse.js';
import { width } from '../../text/width.js';
import type { CountdownCancelled, CountdownTold } from './protocol.js';

/** The countdown is at its end: the board must close. */
interface CountdownEnded {
  readonly type: 'countdownEnded';
}
/** The events of a countdown. */
export type CountdownNews = CountdownTold | CountdownCancelled | CountdownEnded;

/** A countdown to the closing of a board. */
export interface ClosingTime {
  /** The time left, or `null` if no countdown is running. */
  readonly leftMs: number | null;
  /** Starts a countdown, in place of one that is running. With 0 the board closes at once. */
  closeIn(ms: number): void;
  /** Stops the countdown that is running. */
  cancel(): void;
  /**
   * The events of countdowns, from subscription on. At `countdownEnded` the board must close. Completes when
   * the board begins to drain, for any reason. A countdown runs only while there is a subscriber.
   */
  readonly news$: Observable<CountdownNews>;
}

/** Creates the countdown of a board, and tells its callers the time left. */
export function closingTime(
  { event$, broadcast }: Pick<Impulse, 'event$' | 'broadcast'>,
  scheduler: SchedulerLike,
): ClosingTime {
  const orders = new Subject<number | null>();
  const draining$ = event$.pipe(filter(({ type }) => type === 'serverDraining'));
  let dueAt: number | null = null;
  const left = () => (dueAt === null ? null : dueAt - scheduler.now());

  const told = (leftMs: number, insteadOfMs: number | null): CountdownNews =>
    leftMs === 0
      ? { type: 'countdownEnded' }
      : {
          type: 'countdownTold',
          leftMs,
          heard: broadcast(closing(leftMs)),
          ...(insteadOfMs === null ? {} : { insteadOfMs }),
        };
  const count = (ms: number | null): Observable<CountdownNews> => {
    const insteadOfMs = left();
    dueAt = ms === null ? null : scheduler.now() + ms;
    return ms === null
      ? of({ type: 'countdownCancelled', heard: broadcast(STAYS_OPEN) })
      : countdown(ms, scheduler).pipe(map((leftMs, index) => told(leftMs, index === 0 ? insteadOfMs : null)));
  };

  return {
    get leftMs() {
      return left();
    },
    closeIn: (ms) => orders.next(ms),
    cancel: () => orders.next(null),
    news$: orders.pipe(
      switchMap(count),
      takeUntil(draining$),
      finalize(() => {
        dueAt = null;
      }),
      share(),
    ),
  };
}

/** Wraps an app, so that callers who log in during a countdown are told that the board is about to close. */
export function withClosingNotice(app: App, leftMs: () => number | null): App {
  return (session, services) => {
    const left = leftMs();
    if (left !== null) session.notify(announcement(closing(left), session.terminal, width));
    return app(session, services);
  };
}
