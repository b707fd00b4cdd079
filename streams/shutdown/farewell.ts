import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { feed, Stage } from '../rx/stage.js';
import { type Deadline, NEVER, type Sweep, sweep } from '../rx/sweep.js';
import type { Connection } from '../types/connection.js';

/** How long the last words may take to leave. */
export const FLUSH_MS = 500;

/** Says the last words and hangs up. Emits whether everything was sent, and completes when the line is gone. */
export type Farewell = (connection: Connection, words: string | null) => Observable<boolean>;

/**
 * Makes the farewell of a board: the words, what is still in the backlog, then hanging up, in at most
 * {@link FLUSH_MS}; whoever isn't through by then is cut off. Unsubscribing cuts the line at once.
 *
 * @param max Lines that may be in their farewell at once; beyond that a line is cut after its words. Asked at each farewell.
 */
export function farewells(max: () => number, scheduler: SchedulerLike): Farewell {
  const clock = sweep(1, scheduler);
  let leaving = 0;
  return (connection, words) =>
    new Observable((below) => {
      leaving += 1;
      const patienceMs = leaving > max() ? 0 : FLUSH_MS;
      const line = new Leaving(below, connection, clock, () => {
        leaving -= 1;
      });
      feed(below, line);
      if (words !== null) connection.write(`\n${words}\n`);
      connection.close();
      line.wait(patienceMs, scheduler.now());
    });
}

/** A line that is to be gone in time. */
class Leaving extends Stage<never, boolean> implements Deadline {
  tick = 0;
  place = 0;
  readonly #connection: Connection;
  readonly #clock: Sweep;
  readonly #left: () => void;

  constructor(below: Subscriber<boolean>, connection: Connection, clock: Sweep, left: () => void) {
    super(below);
    this.#connection = connection;
    this.#clock = clock;
    this.#left = left;
  }

  wait(patienceMs: number, now: number): void {
    if (patienceMs === 0) this.complete();
    else this.#connection.closed$.subscribe(this);
    if (this.closed) return;
    this.#clock.watch(this, now + patienceMs);
  }

  due(): number {
    this.complete();
    return NEVER;
  }

  protected override _complete(): void {
    this.below.next(this.#connection.backlog === 0);
    super._complete();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#clock.leave(this);
    super.unsubscribe();
    this.#left();
    this.#connection.destroy();
  }
}
