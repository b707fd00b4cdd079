import { type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { SessionEnd } from './session-end.js';
import type { Deadline, Sweep } from './sweep.js';
import type { Connection } from './types.js';

/** What is to be known of a call, to tell whether its caller is still there. */
export interface Probed {
  readonly connection: Pick<Connection, 'bytesIn' | 'bytesOut' | 'backlog' | 'probe'>;
  /** True while the line isn't read, and we can't hear the caller. */
  readonly paused: boolean;
}

/** How often in its time a line is looked at. */
const LOOKS = 8;

/**
 * Passes the caller's input through and sees to it that there still is a caller. When the line gave no sign of life
 * for half of `timeoutMs`, the client is asked for one ({@link Connection.probe}); after all of it, the chain ends with
 * a {@link SessionEnd} `lost`. It is late by a quarter of the time at most, and by two ticks of the sweep, since it
 * looks eight times in it. A sign of life is whatever comes, telnet's own bytes too, and a backlog that shrinks. A
 * client that can't be asked is given up only if it leaves a backlog untouched; when there is none, the kernel's
 * keepalive speaks for it.
 *
 * @param timeoutMs `null` never gives up.
 */
export function probe<T>(
  call: Probed,
  timeoutMs: number | null,
  sweep: Sweep,
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<T> {
  if (timeoutMs === null) return (source) => source;
  return (source) =>
    new Observable((subscriber) => {
      const { connection } = call;
      let heard = connection.bytesIn;
      let backlog = 0;
      let taken = 0;
      let aliveAt = scheduler.now();
      let asked = false;

      /** What we write into the kernel says nothing; only of a backlog the other end must have read. */
      const gaveSign = () => {
        const was = { heard, backlog, taken };
        heard = connection.bytesIn;
        backlog = connection.backlog;
        taken = connection.bytesOut - backlog;
        return heard !== was.heard || (was.backlog > 0 && taken !== was.taken);
      };
      const deadline: Deadline = {
        dueAt: aliveAt + timeoutMs / LOOKS,
        due(now) {
          deadline.dueAt = now + timeoutMs / LOOKS;
          if (gaveSign() || call.paused) {
            aliveAt = now;
            asked = false;
          } else if (now >= aliveAt + timeoutMs && (asked || backlog > 0)) {
            subscriber.error(new SessionEnd('lost'));
          } else if (now >= aliveAt + timeoutMs / 2 && !asked && backlog === 0) {
            asked = connection.probe();
          }
        },
      };
      subscriber.add(sweep(deadline));
      subscriber.add(source.subscribe(subscriber));
    });
}
