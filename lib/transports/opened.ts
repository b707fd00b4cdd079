import { Observable } from 'rxjs';
import type { Listener, Listening } from './listener.js';

/**
 * Subscribes to a listener that may not be ours. Emits once, and never completes: what happens to an open port
 * is the business of its connections. Errors if the listener errors or completes before it emits.
 */
export const opened = (listener: Listener): Observable<Listening> =>
  new Observable((subscriber) => {
    let isOpen = false;
    const fail = (error: unknown) => {
      if (!isOpen) subscriber.error(error);
    };
    subscriber.add(
      listener.subscribe({
        next(listening) {
          if (isOpen) return;
          isOpen = true;
          subscriber.next(listening);
        },
        error: fail,
        complete: () => fail(new Error('a listener completed before it was open')),
      }),
    );
  });
