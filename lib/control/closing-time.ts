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
import { countdown } from '../../streams/shutdown/countdown.js';
import { announcement } from '../../streams/terminal/announcement.js';
import { closing, STAYS_OPEN } from '../../streams/terminal/texts.js';
import type { App } from '../../streams/types/app.js';
import type { Impulse } from '../create-impulse.js';
import { width } from '../width.js';
import type { CountdownCancelled, CountdownTold } from './protocol.js';

/** It is closing time. */
interface CountdownEnded {
  readonly type: 'countdownEnded';
}
/** What comes of a countdown. */
export type CountdownNews = CountdownTold | CountdownCancelled | CountdownEnded;

/** When a board closes. */
export interface ClosingTime {
  /** What is left of the countdown that runs; `null` if none does. */
  readonly leftMs: number | null;
  /** Begins to count down, in place of a countdown that runs. With 0 it is closing time at once. */
  closeIn(ms: number): void;
  /** Stops the countdown that runs. */
  cancel(): void;
  /**
   * What comes of it, from the moment of subscribing on; at `countdownEnded` it is closing time. Completes when the board
   * goes down, for whatever reason. A countdown runs for as long as somebody is subscribed.
   */
  readonly news$: Observable<CountdownNews>;
}

/** Counts down to the closing time of a board, and tells its callers. */
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

/** An app whose callers are told, as they come in, that the board is about to close. */
export function forewarned(app: App, leftMs: () => number | null): App {
  return (session, services) => {
    const left = leftMs();
    if (left !== null) session.notify(announcement(closing(left), session.terminal, width));
    return app(session, services);
  };
}
