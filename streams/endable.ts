import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { SessionEnd } from './session-end.js';

/** What can be ended from outside its chain. */
export interface Endable {
  /** Settles the ending; the first one stands and is returned, also to those who come later. */
  decide(ending: SessionEnd): SessionEnd;
  /** The ending, once there is one. */
  readonly ending: SessionEnd | undefined;
  /** Breaks the chain; there while the chain runs. */
  stop: ((ending: SessionEnd) => void) | undefined;
}

/**
 * The point in a session's chain where every ending of the line comes together: a hang-up (completion), a
 * limit upstream (error), or an order from outside (`stop`). Each is settled through `decide` *before* the app
 * below is told, and goes down the chain as an error.
 */
export function endable<T>(call: Endable): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const stop = (ending: SessionEnd) => subscriber.error(call.decide(ending));
      if (call.ending) return stop(call.ending);
      call.stop = stop;
      subscriber.add(() => {
        if (call.stop === stop) call.stop = undefined;
      });
      subscriber.add(
        source.subscribe({
          next: (value) => subscriber.next(value),
          error: (error) => stop(error instanceof SessionEnd ? error : new SessionEnd('app-error', error)),
          complete: () => stop(new SessionEnd('hangup')),
        }),
      );
    });
}
