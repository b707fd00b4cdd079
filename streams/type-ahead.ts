import { defer, Observable, type Subscriber } from 'rxjs';

/** Lines that may wait for an app, in bytes of memory, before the caller is made to wait too. */
export const TYPE_AHEAD_BYTES = 128 * 1024;

/** What an engine keeps for a short string besides its text; without it, a flood of empty lines would weigh nothing. */
const LINE_OVERHEAD_BYTES = 32;

/** The lines between a caller and an app. */
export interface TypeAhead {
  /** What waits, then what comes, to every subscriber alike. Completes at the end. Lines wait while nobody listens. */
  readonly line$: Observable<string>;
  /**
   * Takes one line at a time: the next when the answer to the last has completed. Emits the answers; completes
   * at the end. While somebody is subscribed to {@link TypeAhead.line$}, the lines go there.
   */
  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T>;
  /** Puts in a line. */
  push(line: string): void;
  /** There will be no more lines, and those that wait are dropped: the call is over. */
  end(): void;
  /** How many lines have been taken out so far. */
  readonly taken: number;
}

/**
 * The bounded queue between a caller and an app: keeps what is typed ahead, during the login too, and its fill
 * level is what holds the caller back.
 *
 * @param hold Called with true when more than {@link TYPE_AHEAD_BYTES} wait, with false at half of that.
 */
export function typeAhead(hold: (on: boolean) => void): TypeAhead {
  // Two stacks, bottom to bottom: shift() moves all of a long queue, and a flood of Enters would cost seconds.
  let typed: string[] = [];
  let due: string[] = [];
  const listeners = new Set<Subscriber<string>>();
  const takers = new Set<() => void>();
  let bytes = 0;
  let taken = 0;
  let holding = false;
  let ended = false;

  const waits = () => typed.length + due.length > 0;
  const take = () => {
    if (due.length === 0) [typed, due] = [due, typed.reverse()];
    const line = due.pop() ?? '';
    taken += 1;
    bytes -= line.length + LINE_OVERHEAD_BYTES;
    if (holding && bytes < TYPE_AHEAD_BYTES / 2) {
      holding = false;
      hold(false);
    }
    return line;
  };
  const flow = () => {
    while (waits() && listeners.size > 0) {
      const line = take();
      for (const listener of [...listeners]) listener.next(line);
    }
    for (const next of [...takers]) next();
  };

  return {
    line$: new Observable((subscriber) => {
      if (ended) return subscriber.complete();
      listeners.add(subscriber);
      subscriber.add(() => listeners.delete(subscriber));
      flow();
    }),

    eachLine: <T>(answer: (line: string) => Observable<T>) =>
      new Observable<T>((subscriber) => {
        let answering = false;
        let stepping = false;
        // A loop, not a recursion: answers that complete at once would fill the stack.
        const step = () => {
          if (stepping) return;
          stepping = true;
          while (!answering && !subscriber.closed && waits() && listeners.size === 0) {
            const line = take();
            answering = true;
            subscriber.add(
              defer(() => answer(line)).subscribe({
                next: (value) => subscriber.next(value),
                error: (error) => subscriber.error(error),
                complete() {
                  answering = false;
                  step();
                },
              }),
            );
          }
          stepping = false;
          if (ended && !answering) subscriber.complete();
        };
        takers.add(step);
        subscriber.add(() => takers.delete(step));
        step();
      }),

    push(line) {
      if (ended) return;
      typed.push(line);
      bytes += line.length + LINE_OVERHEAD_BYTES;
      flow();
      if (!holding && bytes > TYPE_AHEAD_BYTES) {
        holding = true;
        hold(true);
      }
    },

    end() {
      if (ended) return;
      ended = true;
      typed = [];
      due = [];
      for (const listener of [...listeners]) listener.complete();
      for (const next of [...takers]) next();
    },

    get taken() {
      return taken;
    },
  };
}
