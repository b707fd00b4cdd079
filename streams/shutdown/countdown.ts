import { map, merge, type Observable, of, type SchedulerLike, timer } from 'rxjs';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** The remaining times at which the countdown is announced, closer together towards the end. */
export const MARKS: readonly number[] = [
  ...[24, 12, 6, 2, 1].map((hours) => hours * HOUR),
  ...[30, 10, 5, 2, 1].map((minutes) => minutes * MINUTE),
  ...[30, 10, 5, 4, 3, 2, 1, 0].map((seconds) => seconds * SECOND),
];

/**
 * Emits the remaining milliseconds, at once and at each of the {@link MARKS}. Completes after 0.
 * Unsubscribing stops it.
 */
export function countdown(ms: number, scheduler: SchedulerLike): Observable<number> {
  const marks = MARKS.filter((mark) => mark < ms);
  return merge(of(ms), ...marks.map((mark) => timer(ms - mark, scheduler).pipe(map(() => mark))));
}
