import type { AddressInfo, Socket } from 'node:net';
import { BehaviorSubject, catchError, finalize, NEVER, type Observable, switchMap, tap } from 'rxjs';
import type { Listening } from './listen.js';

/** A port that can be closed and opened again. */
export interface Suspendable {
  /** Where it listens, or did and will again. */
  readonly address: AddressInfo;
  /** The connections, whichever port they came by. Unsubscribing closes the port. */
  readonly socket$: Observable<Socket>;
  /** Closes the port. Open connections stay open. Changes nothing if it is closed. */
  suspend(): void;
  /**
   * Opens the port again. Resolves once it listens, at once if it is open. Rejects with the system's error if
   * it can't, and stays closed; with `undefined` if the connections were unsubscribed from meanwhile.
   */
  resume(): Promise<void>;
}

/** Hears when a port was closed and opened again. */
export interface SuspendableDelegate {
  suspended(): void;
  resumed(): void;
}

/**
 * Makes a port suspendable.
 *
 * @param first The open port.
 * @param again Opens it again. Subscribed to at each resume.
 */
export function suspendable(
  first: Listening,
  again: Observable<Listening>,
  delegate: SuspendableDelegate,
): Suspendable {
  const port$ = new BehaviorSubject<Observable<Socket>>(first.socket$);
  let isSuspended = false;
  let resuming: Promise<void> | undefined;

  const open = () =>
    new Promise<void>((resolve, reject) => {
      const failed = (error?: unknown) => {
        resuming = undefined;
        reject(error);
      };
      const resumed$ = again.pipe(
        tap(() => {
          isSuspended = false;
          resuming = undefined;
          resolve();
          delegate.resumed();
        }),
        catchError((error) => {
          failed(error);
          return NEVER;
        }),
        switchMap(({ socket$ }) => socket$),
        // Changes nothing if it listens already.
        finalize(failed),
      );
      port$.next(resumed$);
    });
  return {
    address: first.address,
    socket$: port$.pipe(switchMap((socket$) => socket$)),
    suspend() {
      if (isSuspended) return;
      isSuspended = true;
      port$.next(NEVER);
      delegate.suspended();
    },
    async resume() {
      if (!isSuspended) return;
      resuming ??= open();
      await resuming;
    },
  };
}
