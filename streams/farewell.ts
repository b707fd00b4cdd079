import { Observable, type SchedulerLike, timer } from 'rxjs';
import type { Connection } from './types.js';

/** How long the last words may take to leave. */
export const FLUSH_MS = 500;

/** Says the last words and hangs up. Emits whether everything was sent, and completes when the line is gone. */
export type Farewell = (connection: Connection, words: string | null) => Observable<boolean>;

/**
 * Makes the farewell of a board: the words, what is still in the backlog, then hanging up, in at most
 * {@link FLUSH_MS}; whoever isn't through by then is cut off. Unsubscribing cuts the line at once.
 *
 * @param most Lines that may be in their farewell at once; beyond that a line is cut after its words.
 */
export function farewells(most: number, scheduler: SchedulerLike): Farewell {
  let leaving = 0;
  return (connection, words) =>
    new Observable((subscriber) => {
      leaving += 1;
      subscriber.add(() => {
        leaving -= 1;
        connection.destroy();
      });
      if (words !== null) connection.write(`\n${words}\n`);
      connection.close();
      const gone = () => {
        subscriber.next(connection.backlog === 0);
        subscriber.complete();
      };
      if (leaving > most) return gone();
      subscriber.add(connection.closed$.subscribe({ complete: gone }));
      if (!subscriber.closed) subscriber.add(timer(FLUSH_MS, scheduler).subscribe(gone));
    });
}
