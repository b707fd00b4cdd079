import { concat, defer, EMPTY, finalize, type Observable, of, type SchedulerLike, timeout } from 'rxjs';
import type { Refused } from '../types/admission.js';
import type { Connection } from '../types/connection.js';

/** How long the last words may take to leave. */
export const FLUSH_MS = 500;
/** The same for a refused caller of a transport that has to shake hands first. */
export const REFUSE_MS = 3000;

/** Says the last words and hangs up. Emits whether everything was sent, and completes when the connection is gone. */
export type Farewell = (
  connection: Connection,
  words: string | null,
  refused?: Pick<Refused, 'reason' | 'retryInMs'>,
) => Observable<boolean>;

/**
 * Makes the farewell of a board: the words, the rest of the backlog, then the end of the connection. A connection that isn't closed after
 * {@link FLUSH_MS} is destroyed; a refused one with a handshake after {@link REFUSE_MS}. Unsubscribing destroys it at once.
 *
 * @param max Farewells that may last at the same time. A connection beyond that is destroyed after its words. Asked at each farewell.
 */
export function farewells(max: () => number, scheduler: SchedulerLike): Farewell {
  let lasting = 0;
  return (connection, words, refused) =>
    defer(() => {
      lasting += 1;
      const closed$ = lasting > max() ? EMPTY : connection.closed$;
      if (words !== null) say(connection, `\n${words}\n`, refused);
      connection.close();
      return concat(
        closed$.pipe(
          timeout({
            first: refused && connection.refuse ? REFUSE_MS : FLUSH_MS,
            scheduler,
            with: () => EMPTY,
          }),
        ),
        defer(() => of(connection.backlog === 0)),
      );
    }).pipe(
      finalize(() => {
        lasting -= 1;
        connection.destroy();
      }),
    );
}

function say(connection: Connection, words: string, refused: Parameters<Farewell>[2]): void {
  if (refused && connection.refuse) connection.refuse(words, refused.reason, refused.retryInMs);
  else connection.write(words);
}
