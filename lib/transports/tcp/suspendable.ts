import type { AddressInfo, Socket } from 'node:net';
import { BehaviorSubject, catchError, finalize, NEVER, type Observable, switchMap, tap } from 'rxjs';
import type { Listening } from './listen.js';

/** A port that can be closed and opened again. */
export interface Suspendable {
  /** The connections, whichever port they came by. Unsubscribing closes the port. */
  readonly socket$: Observable<Socket>;
  /** Closes the port. Open connections stay open. */
  suspend(): void;
  /**
   * Opens the port again. Resolves once it listens. Rejects with the system's error if it can't, and stays
   * closed; with `undefined` if the connections were unsubscribed from meanwhile.
   */
  resume(): Promise<AddressInfo>;
}

/**
 * Makes a port suspendable.
 *
 * @param first The open port.
 * @param again Opens it again. Subscribed to at each resume.
 */
export function suspendable(first: Listening, again: Observable<Listening>): Suspendable {
  const port$ = new BehaviorSubject<Observable<Socket>>(first.socket$);
  return {
    socket$: port$.pipe(switchMap((socket$) => socket$)),
    suspend: () => port$.next(NEVER),
    resume: () =>
      new Promise((resolve, reject) => {
        const resumed$ = again.pipe(
          tap(({ address }) => resolve(address)),
          catchError((error) => {
            reject(error);
            return NEVER;
          }),
          switchMap(({ socket$ }) => socket$),
          // Changes nothing if it listens already.
          finalize(reject),
        );
        port$.next(resumed$);
      }),
  };
}
