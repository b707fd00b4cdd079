import { endWith, firstValueFrom, ignoreElements, map, merge, type Observable, take, tap } from 'rxjs';
import { ask } from './ask.js';
import type { DrainNews, Request } from './protocol.js';
import { drainLine } from './words.js';

/**
 * Orders the board to close, or not to, and says how that goes, a line at a time. Resolves with the exit code: 0 when what
 * was ordered is done, 1 when somebody else called it off or the board is gone without a word, 130 after a signal, which
 * leaves the countdown as it is.
 */
export function followDrain(
  path: string,
  request: Extract<Request, { command: 'drain' }>,
  signal$: Observable<NodeJS.Signals>,
  say: (line: string) => void,
): Promise<number> {
  let latest: DrainNews | undefined;
  const followed$ = ask<DrainNews>(path, request).pipe(
    tap((news) => {
      latest = news;
      say(drainLine(news));
    }),
    ignoreElements(),
    endWith(null),
    map(() => {
      if (latest?.type === 'serverClosed') return 0;
      if (latest?.type === 'countdownCancelled') return request.cancel ? 0 : 1;
      say('The board is gone, and has not said how it went.');
      return 1;
    }),
  );
  const left$ = signal$.pipe(
    take(1),
    map(() => {
      if (latest?.type === 'countdownTold') say('The countdown goes on; impulse drain --cancel stops it.');
      else if (latest) say('The board goes down all the same.');
      return 130;
    }),
  );
  return firstValueFrom(merge(left$, followed$));
}
