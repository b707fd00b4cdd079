import { endWith, firstValueFrom, ignoreElements, map, merge, type Observable, take, tap } from 'rxjs';
import { ask } from './ask.js';
import { drainLine } from './messages.js';
import type { DrainNews, Request } from './protocol.js';

/**
 * Tells the board to close or to cancel, and reports the progress, one line each. Resolves with the exit
 * code: 0 when the order is carried out, 1 when another client cancelled it or the board went away without a
 * word, 130 after a signal. A signal doesn't stop the countdown.
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
      say('The board closed the connection without a report.');
      return 1;
    }),
  );
  const left$ = signal$.pipe(
    take(1),
    map(() => {
      if (latest?.type === 'countdownTold')
        say('The countdown continues; cancel it with impulse drain --cancel.');
      else if (latest) say('The board is still going down.');
      return 130;
    }),
  );
  return firstValueFrom(merge(left$, followed$));
}
